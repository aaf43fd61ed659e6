namespace ImageUtils.Formats.Qcow;

/// <summary>A qcow version 1 header (qemu block/qcow.c). All numbers are big-endian.</summary>
internal sealed record QcowHeader
{
    public const int Size = 48;

    public required bool IsTruncated { get; init; }

    public ulong BackingOffset { get; init; }

    public uint BackingSize { get; init; }

    public ulong VirtualSize { get; init; }

    public byte ClusterBits { get; init; }

    public byte L2Bits { get; init; }

    public uint CryptMethod { get; init; }

    public ulong L1Offset { get; init; }

    /// <summary>The number of entries that the L1 table must have; 0 where the header makes no sense.</summary>
    public ulong L1Entries
    {
        get
        {
            int shift = ClusterBits + L2Bits;
            return shift is > 0 and < 63 ? ((VirtualSize - 1) >> shift) + 1 : 0;
        }
    }

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, [0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 1]);

    public static QcowHeader Read(ReadOnlySpan<byte> head) => new()
    {
        IsTruncated = head.Length < Size,
        BackingOffset = head.U64Be(8),
        BackingSize = head.U32Be(16),
        VirtualSize = head.U64Be(24),
        ClusterBits = head.U8(32),
        L2Bits = head.U8(33),
        CryptMethod = head.U32Be(36),
        L1Offset = head.U64Be(40),
    };
}
