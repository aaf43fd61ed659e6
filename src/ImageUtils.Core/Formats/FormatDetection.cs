namespace ImageUtils.Formats;

/// <summary>Every format that the bytes match, and the one that counts.</summary>
/// <param name="Primary">The format that the content is taken for.</param>
/// <param name="Matches">All that match; empty where the content is raw.</param>
public sealed record FormatDetection(DiskFormat Primary, IReadOnlyList<FormatMatch> Matches);
