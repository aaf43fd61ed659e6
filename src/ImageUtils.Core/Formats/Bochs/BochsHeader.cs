namespace ImageUtils.Formats.Bochs;

/// <summary>A Bochs growing disk header (bochs iodev/hdimage/hdimage.h). Little-endian.</summary>
internal sealed record BochsHeader
{
    public const int Size = 512;
    public const uint FirstVersion = 0x00010000;
    public const uint SecondVersion = 0x00020000;

    public required bool IsTruncated { get; init; }

    public required string Type { get; init; }

    public required string Subtype { get; init; }

    public uint Version { get; init; }

    public uint HeaderSize { get; init; }

    public uint CatalogEntries { get; init; }

    public uint BitmapSize { get; init; }

    public uint ExtentSize { get; init; }

    public ulong DiskSize { get; init; }

    public static bool IsMatch(ReadOnlySpan<byte> head) => head.HasAt(0, "Bochs Virtual HD Image\0"u8);

    public static BochsHeader Read(ReadOnlySpan<byte> head)
    {
        uint version = head.U32Le(64);
        return new BochsHeader
        {
            IsTruncated = head.Length < Size,
            Type = ImageText.Decode(head.Part(32, 16)),
            Subtype = ImageText.Decode(head.Part(48, 16)),
            Version = version,
            HeaderSize = head.U32Le(68),
            CatalogEntries = head.U32Le(72),
            BitmapSize = head.U32Le(76),
            ExtentSize = head.U32Le(80),

            // The second version put a time stamp of four bytes in front of the size.
            DiskSize = version == FirstVersion ? head.U64Le(84) : head.U64Le(88),
        };
    }
}
