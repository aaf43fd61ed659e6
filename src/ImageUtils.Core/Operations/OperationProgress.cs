namespace ImageUtils.Operations;

/// <summary>How far a piece of work is.</summary>
/// <param name="Activity">What is being done, for example <c>Downloading image …</c>.</param>
/// <param name="BytesDone">Bytes done so far.</param>
/// <param name="BytesTotal">Bytes in all; null where nobody knows.</param>
public sealed record OperationProgress(string Activity, long BytesDone, long? BytesTotal);
