namespace ImageUtils.Chains;

/// <summary>What a merge found and did.</summary>
/// <param name="ChainLength">The number of links.</param>
/// <param name="VirtualSize">The size of the disk in bytes.</param>
/// <param name="Blocks">Blocks of the result that hold data, or were changed.</param>
/// <param name="BytesRead">Bytes read from the links or the archive.</param>
/// <param name="BytesWritten">Bytes written to the result.</param>
/// <param name="TemporaryBytes">Bytes of temporary files.</param>
internal sealed record MergeFacts(int ChainLength, long VirtualSize, long Blocks, long BytesRead, long BytesWritten, long TemporaryBytes = 0)
{
    /// <summary>The file that was merged into; null: the target of the request.</summary>
    public string? BasePath { get; init; }
}
