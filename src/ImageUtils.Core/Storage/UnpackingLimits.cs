using System.Diagnostics;

namespace ImageUtils.Storage;

/// <summary>
/// How far an inspection follows packed data. A few bytes can be packed data of any size (a decompression bomb), and a few
/// tables in them can make a reader begin anew again and again.
/// </summary>
internal sealed record UnpackingLimits
{
    /// <summary>How many containers are opened around a disk: a gzip with an archive in it.</summary>
    public const int MostDepth = 2;

    /// <summary>Zeros behind the end of packed data: padding to a tape's record or a device's block; what is longer is not looked through.</summary>
    public const int MostPadding = 1 << 20;

    /// <summary>The unpacked bytes that are judged of what is too large to be opened whole at that depth.</summary>
    public const int HeadSize = 1 << 20;

    /// <summary>What holds where nobody says otherwise: for deflate.</summary>
    public static UnpackingLimits Default { get; } = new();

    /// <summary>The packed bytes that are read where only headers are to be looked at (less than 1 MiB in all).</summary>
    public int HeadPacked { get; init; } = 640 * 1024;

    /// <summary>Up to this packed size unpacking takes no time worth saving, and says exactly what is wrong.</summary>
    public int SoonUnpacked { get; init; } = 64 * 1024;

    /// <summary>The most bytes of content that are unpacked whole where only headers are to be looked at, so that an answer comes at once.</summary>
    public long SmallUnpacked { get; init; } = 256L << 20;

    /// <summary>The most bytes that may come out: 8 TiB.</summary>
    public long MostBytes { get; init; } = 8L << 40;

    /// <summary>
    /// The most bytes that may come out of one packed byte. Deflate reaches 1032, with nothing but zeros 1028; sparse disks with
    /// little on them, as collections of samples have them, come to 700.
    /// </summary>
    public int MostRatio { get; init; } = 900;

    /// <summary>The bytes for which the ratio does not count: a small disk may be empty.</summary>
    public long FreeBytes { get; init; } = 64L << 20;

    /// <summary>The longest time for one image.</summary>
    public TimeSpan MostTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The bytes that may be unpacked once more to get at tables, beside a share of the whole.</summary>
    public long FreeReplay { get; init; } = 128L << 20;

    /// <summary>How many times the whole may be unpacked once more to get at tables.</summary>
    public int MostReplays { get; init; } = 3;

    /// <summary>Says whether so many bytes are too many.</summary>
    /// <param name="unpacked">The bytes that came out, or are said to.</param>
    /// <param name="packed">All packed bytes.</param>
    /// <returns>Why, as the end of a sentence; null: they are not.</returns>
    public string? Refuse(long unpacked, long packed)
    {
        if (unpacked > MostBytes)
        {
            return FormattableString.Invariant($"it unpacks to more than {MostBytes} bytes");
        }

        // The division cannot overflow, the product could.
        return unpacked > FreeBytes && unpacked / MostRatio > packed
            ? FormattableString.Invariant($"it unpacks to more than {MostRatio} times its size, as no disk of a real system does (a decompression bomb)")
            : null;
    }

    /// <summary>Ends what takes too long.</summary>
    /// <param name="started">When it began, a timestamp.</param>
    /// <exception cref="UnpackingException">It took too long.</exception>
    public void RequireTime(long started)
    {
        if (Stopwatch.GetElapsedTime(started) > MostTime)
        {
            throw new UnpackingException(FormattableString.Invariant($"it takes more than {MostTime.TotalMinutes} minutes to unpack"));
        }
    }
}
