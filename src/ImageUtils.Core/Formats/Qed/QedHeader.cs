namespace ImageUtils.Formats.Qed;

/// <summary>A QED header (qemu docs/interop/qed_spec.txt). All numbers are little-endian.</summary>
internal sealed record QedHeader
{
    public const int Size = 64;
    public const ulong BackingBit = 1;
    public const ulong NeedCheckBit = 2;

    /// <summary>The backing file is raw, whatever it looks like.</summary>
    public const ulong RawBackingBit = 4;
    public const ulong KnownFeatures = 7;

    public required bool IsTruncated { get; init; }

    public uint ClusterSize { get; init; }

    /// <summary>The size of a table in clusters.</summary>
    public uint TableSize { get; init; }

    /// <summary>The size of the header in clusters.</summary>
    public uint HeaderSize { get; init; }

    public ulong Features { get; init; }

    public ulong L1Offset { get; init; }

    public ulong ImageSize { get; init; }

    public uint BackingOffset { get; init; }

    public uint BackingSize { get; init; }

    public bool HasBackingFile => (Features & BackingBit) != 0;

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, "QED\0"u8);

    public static QedHeader Read(ReadOnlySpan<byte> head) => new()
    {
        IsTruncated = head.Length < Size,
        ClusterSize = head.U32Le(4),
        TableSize = head.U32Le(8),
        HeaderSize = head.U32Le(12),
        Features = head.U64Le(16),
        L1Offset = head.U64Le(40),
        ImageSize = head.U64Le(48),
        BackingOffset = head.U32Le(56),
        BackingSize = head.U32Le(60),
    };
}
