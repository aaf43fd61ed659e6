namespace ImageUtils.Transfer;

/// <summary>Average rates.</summary>
internal static class TransferRate
{
    // As in cinder: a tiny image is done in no time that a clock shows, and is no measure of speed.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Bytes a second over a time that counts as one second at least.</summary>
    public static long BytesPerSecond(long bytes, TimeSpan duration)
    {
        TimeSpan counted = duration < Shortest ? Shortest : duration;
        double rate = bytes / counted.TotalSeconds;
        return rate >= long.MaxValue ? long.MaxValue : (long)rate;
    }
}
