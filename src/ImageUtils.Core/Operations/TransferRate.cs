namespace ImageUtils.Operations;

/// <summary>Average rates.</summary>
internal static class TransferRate
{
    // cinder counts a second at least and so reports fast work as slow; a clock's tick is enough to keep from dividing by nothing.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>Bytes a second over a time that counts as a millisecond at least.</summary>
    public static long BytesPerSecond(long bytes, TimeSpan duration)
    {
        TimeSpan counted = duration < Shortest ? Shortest : duration;
        double rate = bytes / counted.TotalSeconds;
        return rate >= long.MaxValue ? long.MaxValue : (long)rate;
    }
}
