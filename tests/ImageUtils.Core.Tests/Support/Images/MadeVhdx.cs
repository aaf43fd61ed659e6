namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>A small dynamic VHDX: headers, log, metadata, block table and one block of 1 MiB; 4 MiB of disk.</summary>
public sealed class MadeVhdx
{
    private const int Mebibyte = 1 << 20;
    private readonly List<(Guid Id, byte[] Value)> _items = [];

    public static readonly Guid FileParameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B");
    public static readonly Guid DiskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    public static readonly Guid LogicalSector = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");
    public static readonly Guid PhysicalSector = new("CDA348C7-445D-4471-9CC9-E9885251C556");
    public static readonly Guid DiskId = new("BECA12AB-B2E6-4523-93EF-C309E000C746");
    public static readonly Guid ParentLocator = new("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");

    public const int Bat = 3 * Mebibyte;
    public const int Metadata = 2 * Mebibyte;
    public const int LogStart = Mebibyte;

    public MadeVhdx()
    {
        Set(FileParameters, new byte[8].Le32(0, Mebibyte));
        Set(DiskSize, new byte[8].Le64(0, 4 * Mebibyte));
        Set(LogicalSector, new byte[4].Le32(0, 512));
        Set(PhysicalSector, new byte[4].Le32(0, 4096));
        Set(DiskId, new Guid("00112233-4455-6677-8899-AABBCCDDEEFF").ToByteArray());
    }

    public Guid LogId { get; set; }

    public ushort Version { get; set; } = 1;

    public ulong BatOffset { get; set; } = Bat;

    public Guid? ExtraRegion { get; set; }

    public byte[]? LogEntry { get; set; }

    public ulong[] Blocks { get; set; } = [(4UL << 20) | 6];

    public void Set(Guid id, byte[] value)
    {
        Remove(id);
        _items.Add((id, value));
    }

    public void Remove(Guid id) => _items.RemoveAll(item => item.Id == id);

    public byte[] Build()
    {
        byte[] image = new byte[5 * Mebibyte];
        image.Put(0, "vhdxfile"u8);
        foreach ((int offset, ulong sequence) in new (int, ulong)[] { (65536, 1), (131072, 2) })
        {
            image.Put(offset, "head"u8).Le64(offset + 8, sequence).Put(offset + 48, LogId.ToByteArray()).Le16(offset + 66, Version);
            image.Le32(offset + 68, Mebibyte).Le64(offset + 72, LogStart);
            Seal(image, offset, 4096);
        }

        foreach (int offset in new[] { 196608, 262144 })
        {
            image.Put(offset, "regi"u8).Le32(offset + 8, ExtraRegion is null ? 2u : 3u);
            Region(image, offset + 16, new Guid("2DC27766-F623-4200-9D64-115E9BFD4A08"), BatOffset);
            Region(image, offset + 48, new Guid("8B7CA206-4790-4B9A-B8FE-575F050F886E"), Metadata);
            if (ExtraRegion is Guid extra)
            {
                Region(image, offset + 80, extra, 4 * Mebibyte);
            }

            Seal(image, offset, 65536);
        }

        image.Put(Metadata, "metadata"u8).Le16(Metadata + 10, (ushort)_items.Count);
        int value = 65536;
        for (int index = 0; index < _items.Count; index++)
        {
            int entry = Metadata + 32 + (index * 32);
            image.Put(entry, _items[index].Id.ToByteArray()).Le32(entry + 16, (uint)value).Le32(entry + 20, (uint)_items[index].Value.Length).Le32(entry + 24, 4);
            image.Put(Metadata + value, _items[index].Value);
            value += 64;
        }

        for (int index = 0; index < Blocks.Length; index++)
        {
            image.Le64(Bat + (index * 8), Blocks[index]);
        }

        return LogEntry is null ? image : image.Put(LogStart, LogEntry);
    }

    private static void Region(byte[] image, int offset, Guid id, ulong place) => image.Put(offset, id.ToByteArray()).Le64(offset + 16, place).Le32(offset + 24, Mebibyte).Le32(offset + 28, 1);

    public static void Seal(byte[] image, int offset, int size)
    {
        image.Le32(offset + 4, 0);
        uint crc = uint.MaxValue;
        for (int index = offset; index < offset + size; index++)
        {
            crc ^= image[index];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
            }
        }

        image.Le32(offset + 4, ~crc);
    }
}
