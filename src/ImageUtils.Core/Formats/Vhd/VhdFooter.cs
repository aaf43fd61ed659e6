namespace ImageUtils.Formats.Vhd;

/// <summary>The hard disk footer of a VHD (Virtual Hard Disk Image Format Specification 1.0, "Hard Disk Footer Format"). Big-endian.</summary>
internal sealed record VhdFooter
{
    public const int Size = 512;

    /// <summary>The footer of versions before Virtual PC 2004 lacks its last byte.</summary>
    public const int OldSize = 511;

    public const uint FixedType = 2;
    public const uint DynamicType = 3;
    public const uint DifferencingType = 4;
    public const ulong NoHeader = ulong.MaxValue;

    private const int ChecksumOffset = 64;
    private const int MaximumCylinders = 65535;
    private const int MaximumHeads = 16;
    private const int MaximumTrackSectors = 255;

    /// <summary>The beginning of every footer.</summary>
    public static ReadOnlySpan<byte> Cookie => "conectix"u8;

    /// <summary>The beginning of a footer whose disk nobody may use for now.</summary>
    public static ReadOnlySpan<byte> DisabledCookie => "v_poison"u8;

    public uint Features { get; init; }

    public uint Version { get; init; }

    public ulong DataOffset { get; init; }

    /// <summary>The four letters of the program that made it, as they stand there.</summary>
    public required string Creator { get; init; }

    /// <summary>The version of that program.</summary>
    public uint CreatorVersion { get; init; }

    public ulong CurrentSize { get; init; }

    public ushort Cylinders { get; init; }

    public byte Heads { get; init; }

    public byte TrackSectors { get; init; }

    public uint Type { get; init; }

    public uint Checksum { get; init; }

    public required uint RightChecksum { get; init; }

    /// <summary>The disk's own id, in the order in which its bytes stand there.</summary>
    public Guid UniqueId { get; init; }

    public bool IsSavedState { get; init; }

    /// <summary>The size that the geometry gives; some old tools obey it.</summary>
    public long GeometrySize => (long)Cylinders * Heads * TrackSectors * 512;

    /// <summary>The size of one cylinder, by which a geometry may be rounded.</summary>
    public long CylinderSize => (long)Heads * TrackSectors * 512;

    /// <summary>True for the largest geometry, which says no more than "too big for a geometry".</summary>
    public bool HasMaximumGeometry => Cylinders == MaximumCylinders && Heads == MaximumHeads && TrackSectors == MaximumTrackSectors;

    public bool HasRightChecksum => Checksum == RightChecksum;

    /// <summary>True where vhd-util disabled the disk for the time of a resize, and was interrupted.</summary>
    public bool IsDisabled { get; init; }

    public static bool IsMatch(ReadOnlySpan<byte> footer) => footer.HasAt(0, Cookie) || footer.HasAt(0, DisabledCookie);

    public static VhdFooter Read(ReadOnlySpan<byte> footer) => new()
    {
        IsDisabled = footer.HasAt(0, DisabledCookie),
        Features = footer.U32Be(8),
        Version = footer.U32Be(12),
        DataOffset = footer.U64Be(16),
        Creator = System.Text.Encoding.Latin1.GetString(footer.Part(28, 4)),
        CreatorVersion = footer.U32Be(32),
        CurrentSize = footer.U64Be(48),
        Cylinders = footer.U16Be(56),
        Heads = footer.U8(58),
        TrackSectors = footer.U8(59),
        Type = footer.U32Be(60),
        Checksum = footer.U32Be(ChecksumOffset),
        RightChecksum = Sum(footer, ChecksumOffset),
        UniqueId = footer.Length >= 84 ? new Guid(footer.Slice(68, 16), bigEndian: true) : Guid.Empty,
        IsSavedState = footer.U8(84) != 0,
    };

    /// <summary>The one's complement of the sum of all bytes but the four of the checksum itself.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="checksumOffset">Where its checksum stands.</param>
    /// <returns>The checksum that should stand there.</returns>
    public static uint Sum(ReadOnlySpan<byte> bytes, int checksumOffset)
    {
        uint sum = 0;
        for (int index = 0; index < bytes.Length; index++)
        {
            sum += index >= checksumOffset && index < checksumOffset + 4 ? 0u : bytes[index];
        }

        return ~sum;
    }
}
