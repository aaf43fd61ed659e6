using System.Text.Json;

namespace ImageUtils.Services.Glance;

/// <summary>The JSON that Glance wants: a new image, and changes as a JSON patch (RFC 6902, with Glance's own media type).</summary>
internal static class GlanceJson
{
    /// <summary>The media type of <see cref="WriteChanges"/>.</summary>
    public const string PatchType = "application/openstack-images-v2.1-json-patch";

    /// <summary>The disk format as Glance names it; what we do not know is the server's to judge.</summary>
    public static string DiskFormatOf(string name)
    {
        string plain = name.Trim().ToLowerInvariant();
        return DiskFormat.TryParse(plain, out DiskFormat? known) ? known.GlanceName ?? plain : plain;
    }

    /// <summary>The body of <c>POST /v2/images</c>.</summary>
    public static byte[] WriteNew(NewServiceImage definition, string imageId) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", imageId);
        if (definition.Name is { } name)
        {
            json.WriteString("name", name);
        }

        json.WriteString("disk_format", DiskFormatOf(definition.DiskFormat));
        json.WriteString("container_format", definition.ContainerFormat);
        json.WriteNumber("min_disk", definition.MinDisk);
        json.WriteNumber("min_ram", definition.MinRam);
        json.WriteString("visibility", definition.Visibility);
        json.WriteBoolean("protected", definition.Protected);
        WriteTexts(json, "tags", definition.Tags);
        foreach ((string property, string value) in definition.Properties)
        {
            json.WriteString(property, value);
        }

        json.WriteEndObject();
    });

    /// <summary>The body of <c>PATCH /v2/images/ID</c>. In Glance, <c>add</c> also replaces.</summary>
    public static byte[] WriteChanges(ImageChanges changes) => Write(json =>
    {
        json.WriteStartArray();
        WriteChange(json, "name", changes.Name);
        WriteChange(json, "disk_format", changes.DiskFormat is { } format ? DiskFormatOf(format) : null);
        WriteChange(json, "container_format", changes.ContainerFormat);
        WriteChange(json, "visibility", changes.Visibility);
        WriteChange(json, "min_disk", changes.MinDisk, (writer, value) => writer.WriteNumber("value", value));
        WriteChange(json, "min_ram", changes.MinRam, (writer, value) => writer.WriteNumber("value", value));
        WriteChange(json, "protected", changes.Protected, (writer, value) => writer.WriteBoolean("value", value));
        if (changes.Tags is { } tags)
        {
            WriteOperation(json, "replace", "tags", () => WriteTexts(json, "value", tags));
        }

        foreach ((string name, string value) in changes.Properties)
        {
            WriteOperation(json, "add", name, () => json.WriteString("value", value));
        }

        foreach (string name in changes.RemoveProperties.Distinct(StringComparer.Ordinal))
        {
            WriteOperation(json, "remove", name, () => { });
        }

        json.WriteEndArray();
    });

    /// <summary>A patch that adds a location at the end of the list.</summary>
    public static byte[] WriteLocation(string address, string? storeId) => Write(json =>
    {
        json.WriteStartArray();
        WriteOperation(json, "add", "locations/-", () => WriteLocationValue(json, "value", address, storeId), isPointer: true);
        json.WriteEndArray();
    });

    /// <summary>The body of <c>POST /v2/images/ID/locations</c> (Image API 2.17).</summary>
    public static byte[] WriteNewLocation(string address, string? storeId) => Write(json => WriteLocationValue(json, null, address, storeId));

    /// <summary>The body of <c>POST /v2/images/ID/import</c>.</summary>
    public static byte[] WriteImport(ImageImport import) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("method");
        json.WriteString("name", import.Method);
        if (import.Source is { } source)
        {
            json.WriteString("uri", source.AbsoluteUri);
        }

        json.WriteEndObject();
        if (import.StoreIds.Count > 0)
        {
            WriteTexts(json, "stores", import.StoreIds);
        }

        json.WriteEndObject();
    });

    /// <summary>An object with one text.</summary>
    public static byte[] WriteText(string name, string value) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString(name, value);
        json.WriteEndObject();
    });

    private static void WriteLocationValue(Utf8JsonWriter json, string? name, string address, string? storeId)
    {
        if (name is null)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartObject(name);
        }

        json.WriteString("url", address);
        json.WriteStartObject("metadata");
        if (storeId is not null)
        {
            json.WriteString("store", storeId);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChange(Utf8JsonWriter json, string property, string? value)
    {
        if (value is not null)
        {
            WriteOperation(json, "replace", property, () => json.WriteString("value", value));
        }
    }

    private static void WriteChange<T>(Utf8JsonWriter json, string property, T? value, Action<Utf8JsonWriter, T> write)
        where T : struct
    {
        if (value is { } known)
        {
            WriteOperation(json, "replace", property, () => write(json, known));
        }
    }

    private static void WriteOperation(Utf8JsonWriter json, string operation, string property, Action writeValue, bool isPointer = false)
    {
        // RFC 6901: in a pointer ~ and / are written ~0 and ~1.
        string pointer = isPointer ? property : property.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        json.WriteStartObject();
        json.WriteString("op", operation);
        json.WriteString("path", "/" + pointer);
        writeValue();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts.Distinct(StringComparer.Ordinal))
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            write(json);
        }

        return buffer.ToArray();
    }
}
