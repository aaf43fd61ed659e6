namespace ImageUtils.Formats.Parallels;

/// <summary>A Parallels (ploop) expandable image header (qemu docs/interop/parallels.txt). Little-endian.</summary>
internal sealed record ParallelsHeader
{
    public const int Size = 64;
    public const uint InUseMagic = 0x746F6E59;

    public required bool IsTruncated { get; init; }

    /// <summary>True for the newer variant, whose table counts clusters and whose size has 64 bits.</summary>
    public required bool IsExtended { get; init; }

    public uint Version { get; init; }

    /// <summary>Sectors of a cluster.</summary>
    public uint Tracks { get; init; }

    public uint TableEntries { get; init; }

    public ulong Sectors { get; init; }

    public uint InUse { get; init; }

    public uint DataOffset { get; init; }

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, "WithoutFreeSpace"u8) || head.HasAt(0, "WithouFreSpacExt"u8);

    public static ParallelsHeader Read(ReadOnlySpan<byte> head)
    {
        bool isExtended = head.HasAt(0, "WithouFreSpacExt"u8);
        return new ParallelsHeader
        {
            IsTruncated = head.Length < Size,
            IsExtended = isExtended,
            Version = head.U32Le(16),
            Tracks = head.U32Le(28),
            TableEntries = head.U32Le(32),

            // The upper half of the size is not initialised in the old variant.
            Sectors = isExtended ? head.U64Le(36) : head.U32Le(36),
            InUse = head.U32Le(44),
            DataOffset = head.U32Le(48),
        };
    }
}
