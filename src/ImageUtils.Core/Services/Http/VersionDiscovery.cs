using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace ImageUtils.Services.Http;

/// <summary>
/// Finds the root of one major version of a service: an address that ends in it is taken as it is, any other one is asked
/// for its version document. What the document says of hosts is not believed: services behind a proxy name themselves by
/// inner addresses, and a token goes to nobody but whom the user or the catalogue named.
/// </summary>
internal sealed class VersionDiscovery
{
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 16 };

    private readonly ConcurrentDictionary<Uri, Uri> _known = new();
    private readonly int _major;

    public VersionDiscovery(int major) => _major = major;

    /// <summary>The root of the version where it is known or can be seen, with a slash at its end.</summary>
    public Uri? TryResolve(Uri endpoint)
    {
        if (_known.TryGetValue(endpoint, out Uri? known))
        {
            return known;
        }

        return IsVersion(LastSegment(endpoint)) ? ServiceAddress.Folder(endpoint) : null;
    }

    /// <summary>The address whose version document is asked for: without another version at its end.</summary>
    public static Uri DocumentOf(Uri endpoint)
    {
        string last = LastSegment(endpoint);
        Uri folder = ServiceAddress.Folder(endpoint);
        return last.Length > 1 && last[0] == 'v' && char.IsAsciiDigit(last[1]) ? new Uri(folder, "../") : folder;
    }

    /// <summary>Takes what the document said.</summary>
    /// <param name="endpoint">The address as it was given.</param>
    /// <param name="body">The document; empty: there was none.</param>
    /// <returns>The root of the version; where the document says nothing, the custom of the field.</returns>
    /// <exception cref="InvalidDataException">The service says that it has other versions only.</exception>
    public Uri Learn(Uri endpoint, ReadOnlyMemory<byte> body)
    {
        Uri root = DocumentOf(endpoint);
        (bool isDocument, Uri? link) = Read(body);
        if (isDocument && link is null)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"it does not speak version {_major} of its interface."));
        }

        bool isOurs = link is not null && ServiceAddress.IsSameOrigin(link, root) && link.AbsolutePath.StartsWith(root.AbsolutePath, StringComparison.Ordinal);
        Uri resolved = isOurs ? ServiceAddress.Folder(link!) : new Uri(root, string.Create(CultureInfo.InvariantCulture, $"v{_major}/"));
        return _known.GetOrAdd(endpoint, resolved);
    }

    private static string LastSegment(Uri endpoint) => endpoint.AbsolutePath.TrimEnd('/') is var path ? path[(path.LastIndexOf('/') + 1)..] : string.Empty;

    private bool IsVersion(string segment)
    {
        string major = string.Create(CultureInfo.InvariantCulture, $"v{_major}");
        return segment.StartsWith(major, StringComparison.Ordinal) && (segment.Length == major.Length || segment[major.Length] == '.');
    }

    private (bool IsDocument, Uri? Link) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, ReadOptions);
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("versions", out JsonElement versions))
            {
                return (false, null);
            }

            // Keystone has one more object between.
            JsonElement list = versions.ValueKind == JsonValueKind.Object && versions.TryGetProperty("values", out JsonElement values) ? values : versions;
            if (list.ValueKind != JsonValueKind.Array)
            {
                return (false, null);
            }

            JsonElement[] ours = list.EnumerateArray().Where(version => IsVersion(Text(version, "id") ?? string.Empty)).ToArray();
            return (true, ours.Length == 0 ? null : ours.Select(LinkOf).FirstOrDefault(link => link is not null) ?? new Uri("about:blank"));
        }
        catch (JsonException)
        {
            return (false, null);
        }
    }

    private static Uri? LinkOf(JsonElement version)
    {
        if (!version.TryGetProperty("links", out JsonElement links) || links.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        string? self = links.EnumerateArray().Where(link => Text(link, "rel") == "self").Select(link => Text(link, "href")).FirstOrDefault();
        return Uri.TryCreate(self, UriKind.Absolute, out Uri? address) ? address : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
