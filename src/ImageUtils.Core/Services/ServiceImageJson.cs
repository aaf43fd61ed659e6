using System.Globalization;
using System.Text.Json;

namespace ImageUtils.Services;

/// <summary>An image in the JSON of the Image API v2: snake_case names, and every other property beside them as a text.</summary>
internal static class ServiceImageJson
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions WriteOptions = new() { Indented = true };

    public static byte[] Write(ServiceImage image)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, WriteOptions))
        {
            json.WriteStartObject();
            json.WriteString("id", image.ImageId);
            json.WriteString("name", image.Name);
            json.WriteString("status", image.Status);
            json.WriteString("disk_format", image.DiskFormat);
            json.WriteString("container_format", image.ContainerFormat);
            WriteNumber(json, "size", image.Size);
            WriteNumber(json, "virtual_size", image.VirtualSize);
            json.WriteString("checksum", image.Checksum);
            json.WriteString("os_hash_algo", image.OsHashAlgo);
            json.WriteString("os_hash_value", image.OsHashValue);
            json.WriteNumber("min_disk", image.MinDisk);
            json.WriteNumber("min_ram", image.MinRam);
            json.WriteString("visibility", image.Visibility);
            json.WriteBoolean("protected", image.Protected);
            json.WriteString("owner", image.Owner);
            json.WriteString("stores", image.Stores.Count == 0 ? null : string.Join(',', image.Stores));
            json.WriteStartArray("tags");
            foreach (string tag in image.Tags)
            {
                json.WriteStringValue(tag);
            }

            json.WriteEndArray();
            json.WriteString("created_at", image.CreatedAt.ToString(TimeFormat, CultureInfo.InvariantCulture));
            json.WriteString("updated_at", image.UpdatedAt.ToString(TimeFormat, CultureInfo.InvariantCulture));
            foreach ((string name, string value) in image.Properties.OrderBy(property => property.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads one image.</summary>
    /// <exception cref="JsonException">It is not JSON, or not an image.</exception>
    public static ServiceImage Read(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, ReadOptions);
        return Read(document.RootElement);
    }

    /// <summary>Reads one image out of a larger answer.</summary>
    /// <exception cref="JsonException">It is not an image.</exception>
    public static ServiceImage Read(JsonElement image)
    {
        if (image.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("An image is an object.");
        }

        string status = Text(image, "status") ?? throw new JsonException("status is missing.");
        if (!ImageVocabulary.Statuses.Contains(status))
        {
            throw new JsonException("status is not one of the Image API.");
        }

        return new ServiceImage
        {
            ImageId = Text(image, "id") ?? throw new JsonException("id is missing."),
            Name = Text(image, "name"),
            Status = status,
            DiskFormat = Text(image, "disk_format"),
            ContainerFormat = Text(image, "container_format"),
            Size = Number(image, "size"),
            VirtualSize = Number(image, "virtual_size"),
            Checksum = Text(image, "checksum"),
            OsHashAlgo = Text(image, "os_hash_algo"),
            OsHashValue = Text(image, "os_hash_value"),
            MinDisk = SmallNumber(image, "min_disk"),
            MinRam = SmallNumber(image, "min_ram"),
            Visibility = Text(image, "visibility") ?? "private",
            Protected = Switch(image, "protected"),
            Owner = Text(image, "owner"),
            Stores = Text(image, "stores")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
            Locations = ImageLocationJson.Read(image),
            Tags = Texts(image, "tags"),
            CreatedAt = Time(image, "created_at"),
            UpdatedAt = Time(image, "updated_at"),
            Properties = OtherProperties(image),
        };
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is long number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string? Text(JsonElement image, string name)
    {
        if (!image.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw new JsonException($"{name} is not a text.");
    }

    private static long? Number(JsonElement image, string name)
    {
        if (!image.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0
            ? number
            : throw new JsonException($"{name} is not a whole number of 0 or more.");
    }

    private static int SmallNumber(JsonElement image, string name) =>
        Number(image, name) is long number
            ? number <= int.MaxValue ? (int)number : throw new JsonException($"{name} is too large.")
            : 0;

    private static bool Switch(JsonElement image, string name) =>
        image.TryGetProperty(name, out JsonElement value) && value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False or JsonValueKind.Null => false,
            _ => throw new JsonException($"{name} is not true or false."),
        };

    private static DateTime Time(JsonElement image, string name)
    {
        string? text = Text(image, name);
        if (text is null)
        {
            return DateTime.UnixEpoch;
        }

        const DateTimeStyles Utc = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal;
        return DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out DateTime time)
            ? time
            : throw new JsonException($"{name} is not a time.");
    }

    private static string[] Texts(JsonElement image, string name)
    {
        if (!image.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? value.EnumerateArray().Select(item => item.GetString()!).ToArray()
            : throw new JsonException($"{name} is not a list of texts.");
    }

    private static Dictionary<string, string> OtherProperties(JsonElement image)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty property in image.EnumerateObject())
        {
            // Glance keeps texts only; what another program wrote as a number or an object is kept as it stands there.
            if (!ImageVocabulary.BaseProperties.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
            {
                properties[property.Name] = property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : property.Value.GetRawText();
            }
        }

        return properties;
    }
}
