namespace ImageUtils.Formats.Partitions;

/// <summary>One of the four entries of a master boot record.</summary>
internal readonly record struct PartitionEntry(byte Status, byte Type, uint FirstSector, uint Sectors, uint FirstAddress)
{
    public const int Size = 16;
    public const byte ProtectiveType = 0xEE;

    public bool IsEmpty => Type == 0 && Sectors == 0;

    public bool IsUsable => Type != 0 && Sectors != 0 && Status is 0 or 0x80;

    public static PartitionEntry Read(ReadOnlySpan<byte> entry) =>
        new(entry.U8(0), entry.U8(4), entry.U32Le(8), entry.U32Le(12), entry.U32Le(0) >> 8);
}
