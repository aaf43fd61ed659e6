using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace ImageUtils.Storage;

/// <summary>
/// The names of temporary files: a beginning that says what they are for, the mark of the process that made them, some
/// random digits, and an end that says whose they are.
/// </summary>
internal static partial class TemporaryName
{
    /// <summary>The beginning of an image that is fetched for a while.</summary>
    public const string Fetch = "image_fetch_";

    /// <summary>The beginning of an image that becomes a volume.</summary>
    public const string Download = "image_download_";

    /// <summary>The beginning of a volume that becomes an image.</summary>
    public const string Upload = "vol_upload_";

    /// <summary>The beginning of a destination that is not whole yet, and of what we keep beside.</summary>
    public const string Hidden = ".iu-";

    /// <summary>The end of a destination that is not whole yet.</summary>
    public const string Partial = ".part";

    /// <summary>Makes a name of this process that nobody has.</summary>
    /// <param name="beginning">What it is for; for all but <see cref="Hidden"/> it ends in an underscore.</param>
    /// <param name="end">Whose it is.</param>
    /// <returns>The name; the middle is 36 characters at most.</returns>
    public static string New(string beginning, string end) =>
        $"{beginning}{OwnerMark.Current}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}{end}";

    /// <summary>Says whether a name is of the kinds that are made here.</summary>
    /// <param name="name">The file name.</param>
    /// <returns>True for temporary images and for parts.</returns>
    public static bool IsOurs(string name) =>
        name.StartsWith(Fetch, StringComparison.Ordinal)
        || name.StartsWith(Download, StringComparison.Ordinal)
        || name.StartsWith(Upload, StringComparison.Ordinal)
        || IsPart(name);

    /// <summary>Says whether a name is that of a destination that is not whole yet.</summary>
    /// <param name="name">The file name.</param>
    /// <returns>True where it is.</returns>
    public static bool IsPart(string name) =>
        name.StartsWith(Hidden, StringComparison.Ordinal) && name.EndsWith(Partial, StringComparison.Ordinal);

    /// <summary>Who made a file, by its name.</summary>
    /// <param name="name">The file name.</param>
    /// <returns>The process; null: the name does not say.</returns>
    public static OwnerMark? OwnerOf(string name)
    {
        Match match = IsOurs(name) ? MarkPattern().Match(name) : Match.Empty;
        return match.Success && OwnerMark.TryParse(match.Groups["id"].ValueSpan, match.Groups["start"].ValueSpan, out OwnerMark mark) ? mark : null;
    }

    [GeneratedRegex(@"^(\.iu-|[^/]*?_)(?<id>[0-9]{1,10})-(?<start>[0-9a-f]{1,16})-[0-9a-f]{8}(?![0-9a-f-])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MarkPattern();
}
