namespace ImageUtils.Formats;

/// <summary>A format whose signature was found.</summary>
/// <param name="Format">The format.</param>
/// <param name="Offset">Where the signature stands, in bytes from the beginning of the file.</param>
public sealed record FormatMatch(DiskFormat Format, long Offset);
