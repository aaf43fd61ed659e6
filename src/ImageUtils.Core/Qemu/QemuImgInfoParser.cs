using System.Text.Json;
using ImageUtils.Formats;

namespace ImageUtils.Qemu;

/// <summary>
/// Reads the JSON of <c>qemu-img info</c>. Its texts come from the image and are the image's maker's: depth is bounded, and
/// what does not have the expected type is malformed rather than guessed at. <c>children</c> (newer qemu) is not read.
/// </summary>
public static class QemuImgInfoParser
{
    private const int DeepestNesting = 32;

    /// <summary>Reads an answer.</summary>
    /// <param name="json">The text.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="FormatException">It is not the JSON that was expected.</exception>
    public static QemuImgInfo Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DeepestNesting });
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentOutOfRangeException)
        {
            throw new FormatException($"The answer of qemu-img is not understood: {e.Message}", e);
        }
    }

    private static QemuImgInfo Read(JsonElement root) => new()
    {
        Format = root.GetProperty("format").GetString() ?? throw new FormatException("qemu-img named no format."),
        VirtualSize = root.GetProperty("virtual-size").GetInt64(),
        ActualSize = Number(root, "actual-size") ?? 0,
        ClusterSize = Number(root, "cluster-size"),
        BackingFile = Text(root, "backing-filename"),
        BackingFormat = Text(root, "backing-filename-format"),
        FullBackingFile = Text(root, "full-backing-filename"),
        IsEncrypted = Flag(root, "encrypted"),
        IsDirty = Flag(root, "dirty-flag"),
        Snapshots = root.TryGetProperty("snapshots", out JsonElement snapshots) ? snapshots.EnumerateArray().Select(ReadSnapshot).ToArray() : [],
        FormatSpecific = ReadFormatSpecific(root),
    };

    private static ImageSnapshot ReadSnapshot(JsonElement snapshot) => new()
    {
        Id = Text(snapshot, "id") ?? string.Empty,
        Name = Text(snapshot, "name") ?? string.Empty,
        VmStateSize = Number(snapshot, "vm-state-size") ?? 0,
        Date = DateTimeOffset.FromUnixTimeSeconds(Number(snapshot, "date-sec") ?? 0).UtcDateTime
            .AddTicks((Number(snapshot, "date-nsec") ?? 0) / 100),
    };

    private static Dictionary<string, object?> ReadFormatSpecific(JsonElement root) =>
        root.TryGetProperty("format-specific", out JsonElement specific)
        && specific.TryGetProperty("data", out JsonElement data)
        && data.ValueKind == JsonValueKind.Object
            ? ReadObject(data)
            : new Dictionary<string, object?>(StringComparer.Ordinal);

    private static Dictionary<string, object?> ReadObject(JsonElement element)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (JsonProperty member in element.EnumerateObject())
        {
            members[member.Name] = ReadValue(member.Value);
        }

        return members;
    }

    /// <summary>The recursion is as deep as the nesting, which the JSON reader bounds.</summary>
    private static object? ReadValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => ReadObject(value),
        JsonValueKind.Array => value.EnumerateArray().Select(ReadValue).ToArray(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out long whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : null;

    private static bool Flag(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.GetBoolean();
}
