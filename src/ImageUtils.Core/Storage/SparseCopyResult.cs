namespace ImageUtils.Storage;

/// <summary>What <see cref="SparseCopy"/> moved.</summary>
/// <param name="BytesRead">Bytes read from the source; holes are not read.</param>
/// <param name="BytesWritten">Bytes written to the target; zeros are not written, unless asked for.</param>
public sealed record SparseCopyResult(long BytesRead, long BytesWritten);
