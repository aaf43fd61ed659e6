namespace ImageUtils.Formats.Vhd;

/// <summary>The header of a dynamic or differencing VHD (specification 1.0, "Dynamic Disk Header Format"). Big-endian.</summary>
internal sealed record VhdDynamicHeader
{
    public const int Size = 1024;

    private const int ChecksumOffset = 36;

    public required bool IsTruncated { get; init; }

    public required bool HasCookie { get; init; }

    public ulong TableOffset { get; init; }

    public uint Version { get; init; }

    public uint MaximumEntries { get; init; }

    public uint BlockSize { get; init; }

    public uint Checksum { get; init; }

    public required uint RightChecksum { get; init; }

    public bool HasParentId => ParentId != Guid.Empty;

    /// <summary>The id of the disk it is based on; empty: none is named.</summary>
    public Guid ParentId { get; init; }

    /// <summary>Where the parent may be found.</summary>
    public IReadOnlyList<VhdParentLocator> Locators { get; init; } = [];

    /// <summary>The parent's name, as it stands there.</summary>
    public required string ParentName { get; init; }

    public bool HasRightChecksum => Checksum == RightChecksum;

    /// <summary>Bytes of the bitmap in front of each block's data.</summary>
    public long BitmapSize => VhdBitmap.SizeOf(BlockSize);

    public static VhdDynamicHeader Read(ReadOnlySpan<byte> bytes)
    {
        string name = System.Text.Encoding.BigEndianUnicode.GetString(bytes.Part(64, 512));
        int end = name.IndexOf('\0', StringComparison.Ordinal);
        return new VhdDynamicHeader
        {
            IsTruncated = bytes.Length < Size,
            HasCookie = bytes.HasAt(0, "cxsparse"u8),
            TableOffset = bytes.U64Be(16),
            MaximumEntries = bytes.U32Be(28),
            BlockSize = bytes.U32Be(32),
            Checksum = bytes.U32Be(ChecksumOffset),
            RightChecksum = VhdFooter.Sum(bytes, ChecksumOffset),
            Version = bytes.U32Be(24),
            ParentId = bytes.Length >= 56 ? new Guid(bytes.Slice(40, 16), bigEndian: true) : Guid.Empty,
            Locators = VhdParentLocator.ReadAll(bytes),
            ParentName = end < 0 ? name : name[..end],
        };
    }
}
