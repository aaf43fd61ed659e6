namespace ImageUtils.Transfer;

/// <summary>How far a compressed image is followed. A few bytes can be packed data of any size (a decompression bomb).</summary>
internal sealed record GzipLimits
{
    /// <summary>What holds where nobody says otherwise.</summary>
    public static GzipLimits Default { get; } = new();

    /// <summary>The most bytes that may come out: 8 TiB.</summary>
    public long MostBytes { get; init; } = 8L << 40;

    /// <summary>The most bytes that may come out of one, once <see cref="FreeBytes"/> are out. Disks of real systems stay below 100, deflate reaches 1032.</summary>
    public int MostRatio { get; init; } = 250;

    /// <summary>The bytes for which the ratio does not count: a small disk may be empty.</summary>
    public long FreeBytes { get; init; } = 1L << 30;

    /// <summary>The longest time.</summary>
    public TimeSpan MostTime { get; init; } = TimeSpan.FromHours(4);
}
