namespace ImageUtils.Formats;

/// <summary>Every format that the bytes match, and the one that counts.</summary>
/// <param name="Primary">The format that the content is taken for.</param>
/// <param name="Matches">All that match; empty where the content is raw.</param>
public sealed record FormatDetection(DiskFormat Primary, IReadOnlyList<FormatMatch> Matches)
{
    /// <summary>
    /// What the content may still turn out to be, where not all of it was there: a format that is known by the end of a file,
    /// or an archive whose members behind the first ones say what it is. Empty for a whole image.
    /// </summary>
    public IReadOnlyList<DiskFormat> Possible { get; init; } = [];
}
