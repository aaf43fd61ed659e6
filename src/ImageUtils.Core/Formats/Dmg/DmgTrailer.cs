namespace ImageUtils.Formats.Dmg;

/// <summary>The trailer of an Apple disk image, the last 512 bytes. Big-endian.</summary>
internal sealed record DmgTrailer
{
    public const int Size = 512;

    public uint Version { get; init; }

    public uint HeaderSize { get; init; }

    public ulong DataForkOffset { get; init; }

    public ulong DataForkLength { get; init; }

    public ulong ResourceOffset { get; init; }

    public ulong ResourceLength { get; init; }

    public ulong PropertiesOffset { get; init; }

    public ulong PropertiesLength { get; init; }

    public ulong Sectors { get; init; }

    public static bool IsMatch(ReadOnlySpan<byte> tail) => tail.HasAt(tail.Length - Size, "koly\0\0\0\x04"u8);

    public static DmgTrailer Read(ReadOnlySpan<byte> trailer) => new()
    {
        Version = trailer.U32Be(4),
        HeaderSize = trailer.U32Be(8),
        DataForkOffset = trailer.U64Be(24),
        DataForkLength = trailer.U64Be(32),
        ResourceOffset = trailer.U64Be(40),
        ResourceLength = trailer.U64Be(48),
        PropertiesOffset = trailer.U64Be(0xd8),
        PropertiesLength = trailer.U64Be(0xe0),
        Sectors = trailer.U64Be(0x1ec),
    };
}
