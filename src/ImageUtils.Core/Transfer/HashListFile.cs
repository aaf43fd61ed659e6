using System.Text;
using System.Text.RegularExpressions;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// A list of hashes as publishers of images put beside them (SHA256SUMS and its kin): a line a file, as sha256sum writes it
/// (<c>HASH  name</c>, <c>HASH *name</c>) or as BSD tools do (<c>SHA256 (name) = HASH</c>).
/// </summary>
public static partial class HashListFile
{
    private const int LargestList = 8 << 20;

    /// <summary>Finds the hash of a file.</summary>
    /// <param name="path">The list.</param>
    /// <param name="name">The file's name, without a folder.</param>
    /// <param name="algorithm">The algorithm; null: by the number of digits.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="PathNotFoundException">There is no such list.</exception>
    /// <exception cref="InvalidHashException">The file is not in the list, or there with two hashes.</exception>
    public static ContentHash Find(string path, string name, string? algorithm)
    {
        using FileImageReader reader = FileImageReader.Open(path);
        if (reader.Length > LargestList)
        {
            throw new InvalidHashException(path, "a list of hashes is not that long.");
        }

        return FindIn(Encoding.UTF8.GetString(reader.ReadArray(0, LargestList)), path, name, algorithm);
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
        var found = new Dictionary<string, ContentHash>(StringComparer.Ordinal);
        string? wanted = algorithm is null ? null : HashAlgorithms.Parse(algorithm);
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            if (Read(line.Trim().ToString()) is not (string file, ContentHash hash) || !IsName(file, name) || (wanted is not null && !string.Equals(hash.Algorithm, wanted, StringComparison.Ordinal)))
            {
                continue;
            }

            if (found.TryGetValue(hash.Algorithm, out ContentHash? other) && other != hash)
            {
                throw new InvalidHashException(list, $"it gives two different hashes for '{name}'.");
            }

            found[hash.Algorithm] = hash;
        }

        return found.Values.MaxBy(hash => hash.Value.Length) ?? throw new InvalidHashException(list, $"it has no line for '{name}'{(wanted is null ? string.Empty : $" with {wanted}")}.");
    }

    private static bool IsName(string file, string name) =>
        string.Equals(file, name, StringComparison.Ordinal) || string.Equals(file[(file.LastIndexOf('/') + 1)..], name, StringComparison.Ordinal);

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
