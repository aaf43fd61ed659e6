using System.Text.Json;

namespace ImageUtils.Services;

/// <summary>The locations in an image's JSON: a list, or the one direct_url.</summary>
internal static class ImageLocationJson
{
    /// <summary>Reads them; what makes no sense is left out, since nothing but a shortcut hangs on it.</summary>
    public static IReadOnlyList<ImageLocation> Read(JsonElement image)
    {
        if (image.TryGetProperty("locations", out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
        {
            return list.EnumerateArray().Select(Of).OfType<ImageLocation>().ToArray();
        }

        return image.TryGetProperty("direct_url", out JsonElement direct) && direct.ValueKind == JsonValueKind.String
            ? [new ImageLocation(WithoutUser(direct.GetString()!), StoreId: null)]
            : [];
    }

    private static ImageLocation? Of(JsonElement location) =>
        location.ValueKind == JsonValueKind.Object && location.TryGetProperty("url", out JsonElement address) && address.ValueKind == JsonValueKind.String
            ? new ImageLocation(WithoutUser(address.GetString()!), StoreOf(location))
            : null;

    private static string? StoreOf(JsonElement location) =>
        location.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object
        && metadata.TryGetProperty("store", out JsonElement store) && store.ValueKind == JsonValueKind.String
            ? store.GetString()
            : null;

    // Swift's locations hold the account's password.
    private static string WithoutUser(string address)
    {
        int authority = address.IndexOf("://", StringComparison.Ordinal) + 3;
        int path = authority < 3 ? -1 : address.IndexOf('/', authority);
        int end = path < 0 ? address.Length : path;
        int at = authority < 3 ? -1 : address.LastIndexOf('@', end - 1);
        return at >= authority ? string.Concat(address.AsSpan(0, authority), "***", address.AsSpan(at)) : address;
    }
}
