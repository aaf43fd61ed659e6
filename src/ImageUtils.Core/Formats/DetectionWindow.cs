using ImageUtils.Storage;

namespace ImageUtils.Formats;

/// <summary>The two ends of a file, which hold every signature that there is.</summary>
internal readonly ref struct DetectionWindow
{
    /// <summary>Up to the end of the first volume descriptor of an ISO 9660 image.</summary>
    public const int HeadSize = 34816;

    /// <summary>Enough for a trailer of 512 bytes on a file whose length is no multiple of 512.</summary>
    public const int TailSize = 512;

    /// <summary>Reads the window.</summary>
    /// <param name="reader">The bytes.</param>
    public DetectionWindow(IImageReader reader)
    {
        Reader = reader;
        byte[] head = reader.ReadArray(0, HeadSize);
        Head = head;
        if (!reader.IsLengthKnown)
        {
            return;
        }

        TailOffset = Math.Max(0, reader.Length - TailSize);
        IsTailSeen = reader.Length <= head.Length || reader.Has(TailOffset, TailSize);
        if (IsTailSeen)
        {
            Tail = reader.Length <= head.Length ? head.AsSpan((int)TailOffset) : reader.ReadArray(TailOffset, TailSize);
        }
    }

    /// <summary>For the few signatures that lie further in.</summary>
    public IImageReader Reader { get; }

    /// <summary>The first bytes.</summary>
    public ReadOnlySpan<byte> Head { get; }

    /// <summary>False where the end of the image is not there; then <see cref="Tail"/> is empty.</summary>
    public bool IsTailSeen { get; }

    /// <summary>The last bytes.</summary>
    public ReadOnlySpan<byte> Tail { get; }

    /// <summary>Where the last bytes begin.</summary>
    public long TailOffset { get; }
}
