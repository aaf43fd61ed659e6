using System.Text.Json;

namespace ImageUtils.Services;

/// <summary>The stores of an image service in the JSON of the Image API v2 (<c>GET /v2/info/stores</c>).</summary>
internal static class ImageStoreJson
{
    private const string Truth = "true";

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Reads the answer.</summary>
    /// <exception cref="JsonException">It is not JSON, or not a list of stores.</exception>
    public static IReadOnlyList<ImageStore> Read(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, ReadOptions);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("stores", out JsonElement stores)
            && stores.ValueKind == JsonValueKind.Array
            ? stores.EnumerateArray().Select(Read).ToArray()
            : throw new JsonException("stores is missing.");
    }

    private static ImageStore Read(JsonElement store) => store.ValueKind == JsonValueKind.Object
        ? new ImageStore
        {
            StoreId = Text(store, "id") ?? throw new JsonException("A store has no id."),
            Description = Text(store, "description"),
            IsDefault = IsTrue(store, "default"),
            IsReadOnly = IsTrue(store, "read-only"),
        }
        : throw new JsonException("A store is an object.");

    private static string? Text(JsonElement store, string name) =>
        store.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Glance writes both as texts; cinder compares with the text, and a real true means the same.
    private static bool IsTrue(JsonElement store, string name) =>
        store.TryGetProperty(name, out JsonElement value)
        && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.ValueEquals(Truth)));
}
