namespace ImageUtils.Transfer;

/// <summary>Average rates.</summary>
internal static class TransferRate
{
    // A tiny image is done in no time that a clock shows; a millisecond keeps the rate finite and believable.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Bytes a second over a time that counts as one millisecond at least.</summary>
    public static long BytesPerSecond(long bytes, TimeSpan duration)
    {
        TimeSpan counted = duration < Shortest ? Shortest : duration;
        double rate = bytes / counted.TotalSeconds;
        return rate >= long.MaxValue ? long.MaxValue : (long)rate;
    }
}
