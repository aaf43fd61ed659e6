using System.Text;
using System.Text.RegularExpressions;
using ImageUtils.Errors;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// A list of hashes as publishers of images put beside them (SHA256SUMS and its kin): a line a file, as sha256sum writes it
/// (<c>HASH  name</c>, <c>HASH *name</c>) or as BSD tools do (<c>SHA256 (name) = HASH</c>).
/// </summary>
public static partial class HashList
{
    private const int LargestList = 8 << 20;
    private const string TooLong = "a list of hashes is not that long.";

    /// <summary>Tells an address from a path, which a caller completes by its own location.</summary>
    /// <param name="list">The list as it was named.</param>
    /// <returns>True for an address, of whatever scheme.</returns>
    public static bool IsAddress(string list) => list.Contains("://", StringComparison.Ordinal);

    /// <summary>Finds the hash of a file.</summary>
    /// <param name="list">The list: a path, or an address of http or https.</param>
    /// <param name="name">The file's name, without a folder.</param>
    /// <param name="algorithm">The algorithm; null: by the number of digits.</param>
    /// <param name="web">How servers are reached, where the list is at an address; null: in the usual way.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="PathNotFoundException">There is no such list.</exception>
    /// <exception cref="ImageDownloadFailedException">The list cannot be downloaded.</exception>
    /// <exception cref="InvalidHashException">The file is not in the list, or there with two hashes.</exception>
    public static async Task<ContentHash> FindAsync(string list, string name, string? algorithm, WebImageService? web, CancellationToken cancellationToken)
    {
        bool isAddress = list.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || list.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        using WebImageService? usual = isAddress && web is null ? new WebImageService(TransportSettings.Default, retries: 0) : null;
        byte[] bytes = isAddress ? await DownloadAsync(web ?? usual!, list, cancellationToken).ConfigureAwait(false) : ReadFile(list);
        return FindIn(Encoding.UTF8.GetString(bytes), list, name, algorithm);
    }

    /// <summary>Finds the hash of a file in the text of a list.</summary>
    /// <param name="text">The text.</param>
    /// <param name="list">What errors call the list.</param>
    /// <param name="name">The file's name, without a folder.</param>
    /// <param name="algorithm">The algorithm; null: by the number of digits.</param>
    /// <returns>The hash; the strongest one where there are several algorithms.</returns>
    /// <exception cref="InvalidHashException">The file is not in the list, or there with two hashes of one algorithm.</exception>
    public static ContentHash FindIn(string text, string list, string name, string? algorithm)
    {
        // A line for just that file counts before one for a file of that name in some folder.
        return FindIn(text, list, name, algorithm, isWhole: true)
            ?? FindIn(text, list, name, algorithm, isWhole: false)
            ?? throw new InvalidHashException(list, $"it has no line for '{name}'{(algorithm is null ? string.Empty : $" with {HashAlgorithms.Parse(algorithm)}")}.");
    }

    private static ContentHash? FindIn(string text, string list, string name, string? algorithm, bool isWhole)
    {
        var found = new Dictionary<string, ContentHash>(StringComparer.Ordinal);
        string? wanted = algorithm is null ? null : HashAlgorithms.Parse(algorithm);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (Read(line.Trim().ToString()) is not (string file, ContentHash hash) || !IsName(file, name, isWhole) || (wanted is not null && !string.Equals(hash.Algorithm, wanted, StringComparison.Ordinal)))
            {
                continue;
            }

            if (found.TryGetValue(hash.Algorithm, out ContentHash? other) && other != hash)
            {
                throw new InvalidHashException(list, $"it gives two different hashes for '{name}'.");
            }

            found[hash.Algorithm] = hash;
        }

        return found.Values.MaxBy(hash => hash.Value.Length);
    }

    private static byte[] ReadFile(string path)
    {
        using FileImageReader reader = FileImageReader.Open(path);
        return reader.Length <= LargestList ? reader.ReadArray(0, LargestList) : throw new InvalidHashException(path, TooLong);
    }

    private static async Task<byte[]> DownloadAsync(WebImageService web, string address, CancellationToken cancellationToken)
    {
        try
        {
            Stream stream = await web.OpenDataAsync(address, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                byte[] bytes = new byte[LargestList + 1];
                int count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return count <= LargestList ? bytes[..count] : throw new InvalidHashException(address, TooLong);
            }
        }
        catch (IOException e)
        {
            throw new ImageDownloadFailedException(address, e.Message, e);
        }
    }

    private static bool IsName(string file, string name, bool isWhole) => string.Equals(
        isWhole ? (file.StartsWith("./", StringComparison.Ordinal) ? file[2..] : file) : file[(file.LastIndexOf('/') + 1)..],
        name,
        StringComparison.Ordinal);

    private static (string File, ContentHash Hash)? Read(string line)
    {
        try
        {
            Match plain = PlainLine().Match(line);
            if (plain.Success)
            {
                return (plain.Groups["name"].Value, ContentHash.Parse(plain.Groups["hash"].Value));
            }

            Match tagged = TaggedLine().Match(line);
            return tagged.Success && HashAlgorithms.TryParse(tagged.Groups["algorithm"].Value, out string algorithm)
                ? (tagged.Groups["name"].Value, ContentHash.Parse(tagged.Groups["hash"].Value, algorithm))
                : null;
        }
        catch (InvalidHashException)
        {
            // Comments, signatures and headings stand in such files too.
            return null;
        }
    }

    [GeneratedRegex("^(?<hash>[0-9A-Fa-f]{32,128}) [ *]?(?<name>.+)$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PlainLine();

    [GeneratedRegex("^(?<algorithm>[A-Za-z0-9-]+) \\((?<name>.+)\\) = (?<hash>[0-9A-Fa-f]{32,128})$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TaggedLine();
}
