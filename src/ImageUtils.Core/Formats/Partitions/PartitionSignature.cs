namespace ImageUtils.Formats.Partitions;

/// <summary>
/// Finds whole disks by their partition table. FAT and NTFS boot sectors end in the same two bytes; they are no
/// partition table, and a disk without a table is raw.
/// </summary>
internal static class PartitionSignature
{
    /// <summary>Where the boot signature stands.</summary>
    public const int Offset = 510;

    private const int TableOffset = 446;

    /// <summary>Says what the first sector is.</summary>
    /// <param name="window">The ends of the file.</param>
    /// <returns>gpt, mbr, or null for neither.</returns>
    public static DiskFormat? Find(DetectionWindow window)
    {
        ReadOnlySpan<byte> head = window.Head;
        if (!head.HasAt(Offset, [0x55, 0xaa]))
        {
            return null;
        }

        PartitionEntry[] entries = ReadEntries(head);
        if (entries.Any(entry => entry.Type == PartitionEntry.ProtectiveType))
        {
            return DiskFormat.Gpt;
        }

        return !IsBootSector(head) && entries.Any(entry => entry.IsUsable) && entries.All(entry => entry.IsEmpty || entry.Status is 0 or 0x80) ? DiskFormat.Mbr : null;
    }

    /// <summary>The four entries of the table.</summary>
    /// <param name="sector">The first sector.</param>
    /// <returns>The entries.</returns>
    public static PartitionEntry[] ReadEntries(ReadOnlySpan<byte> sector)
    {
        PartitionEntry[] entries = new PartitionEntry[4];
        for (int index = 0; index < entries.Length; index++)
        {
            entries[index] = PartitionEntry.Read(sector.Part(TableOffset + (index * PartitionEntry.Size), PartitionEntry.Size));
        }

        return entries;
    }

    private static bool IsBootSector(ReadOnlySpan<byte> sector) =>
        sector.HasAt(3, "NTFS    "u8)
        || sector.HasAt(3, "EXFAT   "u8)
        || sector.HasAt(3, "ReFS"u8)
        || sector.HasAt(54, "FAT"u8)
        || sector.HasAt(82, "FAT32"u8)
        || (sector.U8(0) is 0xEB or 0xE9 && sector.U8(16) is 1 or 2 && sector.U8(21) >= 0xF0 && sector.U16Le(11) is 512 or 1024 or 2048 or 4096);
}
