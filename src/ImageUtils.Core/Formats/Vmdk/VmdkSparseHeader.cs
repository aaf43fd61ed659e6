namespace ImageUtils.Formats.Vmdk;

/// <summary>The header (and the footer) of a hosted sparse extent (Virtual Disk Format 5.0, "Hosted Sparse Extent Header"). Little-endian; places are counted in sectors.</summary>
internal sealed record VmdkSparseHeader
{
    public const int Size = 512;
    public const int SectorSize = 512;
    public const ulong DirectoryAtEnd = ulong.MaxValue;

    private const uint LineEndFlag = 1;
    private const uint RedundantDirectoryFlag = 2;
    private const uint ZeroGrainFlag = 4;
    private const uint CompressedFlag = 0x10000;
    private const uint MarkerFlag = 0x20000;

    public required bool IsTruncated { get; init; }

    public uint Magic { get; init; }

    public uint Version { get; init; }

    public uint Flags { get; init; }

    public ulong Capacity { get; init; }

    public ulong GrainSize { get; init; }

    public ulong DescriptorOffset { get; init; }

    public ulong DescriptorSize { get; init; }

    public uint EntriesPerTable { get; init; }

    public ulong RedundantDirectory { get; init; }

    public ulong Directory { get; init; }

    public ulong Overhead { get; init; }

    public bool IsUnclean { get; init; }

    public ushort Compression { get; init; }

    /// <summary>True where the four line ends that show a transfer as text are as they were written, or are not used.</summary>
    public bool HasRightLineEnds { get; init; }

    public bool IsCompressed => (Flags & CompressedFlag) != 0;

    /// <summary>True where an entry of 1 in a grain table means a grain of zeros.</summary>
    public bool HasZeroGrains => (Flags & ZeroGrainFlag) != 0;

    /// <summary>True where a marker stands in front of each compressed grain.</summary>
    public bool HasMarkers => (Flags & MarkerFlag) != 0;

    public bool HasRedundantDirectory => (Flags & RedundantDirectoryFlag) != 0;

    /// <summary>The number of grain tables that the capacity needs; null where the header makes no sense.</summary>
    public ulong? Tables
    {
        get
        {
            UInt128 covered = (UInt128)GrainSize * EntriesPerTable;
            return covered == 0 || Capacity == 0 ? null : (ulong)((((UInt128)Capacity - 1) / covered) + 1);
        }
    }

    public static VmdkSparseHeader Read(ReadOnlySpan<byte> head) => new()
    {
        IsTruncated = head.Length < Size,
        Magic = head.U32Le(0),
        Version = head.U32Le(4),
        Flags = head.U32Le(8),
        Capacity = head.U64Le(12),
        GrainSize = head.U64Le(20),
        DescriptorOffset = head.U64Le(28),
        DescriptorSize = head.U64Le(36),
        EntriesPerTable = head.U32Le(44),
        RedundantDirectory = head.U64Le(48),
        Directory = head.U64Le(56),
        Overhead = head.U64Le(64),
        IsUnclean = head.U8(72) != 0,
        HasRightLineEnds = (head.U32Le(8) & LineEndFlag) == 0 || head.HasAt(73, "\n \r\n"u8),
        Compression = head.U16Le(77),
    };
}
