namespace ImageUtils.Formats.Vhdx;

/// <summary>Fixed places, signatures and identifiers of a VHDX (MS-VHDX 2.2, 2.6).</summary>
internal static class VhdxLayout
{
    public const int FirstHeader = 64 * 1024;
    public const int SecondHeader = 128 * 1024;
    public const int FirstRegionTable = 192 * 1024;
    public const int SecondRegionTable = 256 * 1024;
    public const int HeaderSize = 4096;
    public const int TableSize = 64 * 1024;
    public const int Alignment = 1024 * 1024;
    public const int MaximumEntries = 2047;

    public static readonly Guid BatRegion = new("2DC27766-F623-4200-9D64-115E9BFD4A08");
    public static readonly Guid MetadataRegion = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");
    public static readonly Guid FileParameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    public static readonly Guid DiskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    public static readonly Guid DiskId = new("BECA12AB-B2E6-4523-93EF-C309E000C746");
    public static readonly Guid LogicalSector = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    public static readonly Guid PhysicalSector = new("CDA348C7-445D-4471-9CC9-E9885251C556");
    public static readonly Guid ParentLocator = new("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, "vhdxfile"u8);

    /// <summary>CRC-32C of a structure, with the four bytes of the checksum taken as zero.</summary>
    /// <param name="bytes">The structure.</param>
    /// <returns>The checksum that should stand at offset 4.</returns>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (int index = 0; index < bytes.Length; index++)
        {
            crc = System.Numerics.BitOperations.Crc32C(crc, index is >= 4 and < 8 ? (byte)0 : bytes[index]);
        }

        return ~crc;
    }

    public static Guid ReadGuid(ReadOnlySpan<byte> bytes, int offset) => bytes.Part(offset, 16) is { Length: 16 } part ? new Guid(part) : Guid.Empty;
}
