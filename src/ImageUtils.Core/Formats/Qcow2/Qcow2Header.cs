namespace ImageUtils.Formats.Qcow2;

/// <summary>The fixed part of a qcow2 header (qemu docs/interop/qcow2.txt, "Header"). All numbers are big-endian.</summary>
internal sealed record Qcow2Header
{
    /// <summary>Bytes of a version 2 header.</summary>
    public const int Version2Size = 72;

    /// <summary>Bytes of the shortest version 3 header.</summary>
    public const int Version3Size = 104;

    /// <summary>Bytes that hold every field known here.</summary>
    public const int FullSize = 112;

    public const ulong DirtyBit = 1;
    public const ulong CorruptBit = 2;
    public const ulong DataFileBit = 4;
    public const ulong CompressionBit = 8;
    public const ulong ExtendedL2Bit = 16;
    public const ulong KnownIncompatible = 31;

    private const int VersionOffset = 4;
    private const int BackingOffsetOffset = 8;
    private const int BackingSizeOffset = 16;
    private const int ClusterBitsOffset = 20;
    private const int SizeOffset = 24;
    private const int CryptMethodOffset = 32;
    private const int L1SizeOffset = 36;
    private const int L1TableOffset = 40;
    private const int RefcountTableOffset = 48;
    private const int RefcountClustersOffset = 56;
    private const int SnapshotCountOffset = 60;
    private const int SnapshotTableOffset = 64;
    private const int IncompatibleOffset = 72;
    private const int CompatibleOffset = 80;
    private const int AutoclearOffset = 88;
    private const int RefcountOrderOffset = 96;
    private const int HeaderLengthOffset = 100;
    private const int CompressionTypeOffset = 104;

    public required uint Version { get; init; }

    /// <summary>True where the file ends inside the header.</summary>
    public required bool IsTruncated { get; init; }

    public ulong BackingOffset { get; init; }

    public uint BackingSize { get; init; }

    public uint ClusterBits { get; init; }

    public ulong Size { get; init; }

    public uint CryptMethod { get; init; }

    public uint L1Size { get; init; }

    public ulong L1Offset { get; init; }

    public ulong RefcountOffset { get; init; }

    public uint RefcountClusters { get; init; }

    public uint SnapshotCount { get; init; }

    public ulong SnapshotOffset { get; init; }

    /// <summary>Version 3 only: a version 2 header has header extensions at this place.</summary>
    public ulong Incompatible { get; init; }

    public ulong Compatible { get; init; }

    public ulong Autoclear { get; init; }

    public uint RefcountOrder { get; init; } = 4;

    public uint HeaderLength { get; init; } = Version2Size;

    public byte CompressionType { get; init; }

    /// <summary>True where the cluster size is one that the format allows (512 bytes to 2 MiB).</summary>
    public bool HasValidClusterBits => ClusterBits is >= 9 and <= 21;

    /// <summary>The cluster size; 0 where it is not valid.</summary>
    public long ClusterSize => HasValidClusterBits ? 1L << (int)ClusterBits : 0;

    public bool IsVersion3 => Version >= 3;

    public bool HasExtendedL2 => (Incompatible & ExtendedL2Bit) != 0;

    /// <summary>True where the magic is qcow2's; version 1 has the same and another format.</summary>
    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, "QFI\xfb"u8[..3]) && head.U8(3) == 0xfb && !Qcow.QcowHeader.IsMatch(head);

    /// <summary>Reads a header.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>The header; fields that are cut off are 0.</returns>
    public static Qcow2Header Read(ReadOnlySpan<byte> head)
    {
        uint version = head.U32Be(VersionOffset);
        bool isVersion3 = version >= 3;
        Qcow2Header header = new()
        {
            Version = version,
            IsTruncated = head.Length < (isVersion3 ? Version3Size : Version2Size),
            BackingOffset = head.U64Be(BackingOffsetOffset),
            BackingSize = head.U32Be(BackingSizeOffset),
            ClusterBits = head.U32Be(ClusterBitsOffset),
            Size = head.U64Be(SizeOffset),
            CryptMethod = head.U32Be(CryptMethodOffset),
            L1Size = head.U32Be(L1SizeOffset),
            L1Offset = head.U64Be(L1TableOffset),
            RefcountOffset = head.U64Be(RefcountTableOffset),
            RefcountClusters = head.U32Be(RefcountClustersOffset),
            SnapshotCount = head.U32Be(SnapshotCountOffset),
            SnapshotOffset = head.U64Be(SnapshotTableOffset),
        };
        if (!isVersion3)
        {
            return header;
        }

        uint length = head.U32Be(HeaderLengthOffset);
        return header with
        {
            Incompatible = head.U64Be(IncompatibleOffset),
            Compatible = head.U64Be(CompatibleOffset),
            Autoclear = head.U64Be(AutoclearOffset),
            RefcountOrder = head.U32Be(RefcountOrderOffset),
            HeaderLength = length,
            CompressionType = length > CompressionTypeOffset ? head.U8(CompressionTypeOffset) : (byte)0,
        };
    }
}
