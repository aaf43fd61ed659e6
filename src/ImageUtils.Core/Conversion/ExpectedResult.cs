namespace ImageUtils.Conversion;

/// <summary>What a result must turn out to be.</summary>
/// <param name="Format">The format it must have.</param>
/// <param name="VirtualSize">The size the disk inside must have, in bytes.</param>
/// <param name="SourcePath">What it was made from, for errors.</param>
/// <param name="Subject">The image id or path that a refusal names.</param>
internal sealed record ExpectedResult(DiskFormat Format, long VirtualSize, string SourcePath, string Subject)
{
    /// <summary>The cipher it must be encrypted with; null: whichever.</summary>
    public CipherSpec? Cipher { get; init; }
}
