using ImageUtils.Storage;

namespace ImageUtils.Formats.Qcow2;

/// <summary>The snapshot table (qcow2.txt, "Snapshots"), read as far as a bound allows.</summary>
internal sealed class Qcow2SnapshotTable
{
    /// <summary>qemu's own bound on the number of snapshots.</summary>
    public const uint MaximumCount = 65536;

    private const int MaximumBytes = 96 * 1024;

    /// <summary>Nearly every table ends within this; a buffer for the longest would cost more than all else that is read here.</summary>
    private const int FirstBytes = 4096;
    private const int EntrySize = 40;
    private const int MaximumExtra = 1024;

    /// <summary>The snapshots that could be read.</summary>
    public List<ImageSnapshot> Snapshots { get; } = [];

    /// <summary>The L1 tables of the snapshots, and where each is named.</summary>
    public List<(ulong Offset, uint Size, long Place)> Tables { get; } = [];

    /// <summary>What is wrong with the table.</summary>
    public List<FormatDefect> Defects { get; } = [];

    /// <summary>Reads the table.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="offset">Where the table begins.</param>
    /// <param name="count">How many entries the header claims.</param>
    /// <returns>The table.</returns>
    public static Qcow2SnapshotTable Read(IImageReader reader, ulong offset, uint count)
    {
        Qcow2SnapshotTable table = new();
        if (count == 0)
        {
            return table;
        }

        if (count > MaximumCount)
        {
            table.Defects.Add(new FormatDefect($"The header claims {count} snapshots; {MaximumCount} are the most.", 60));
            return table;
        }

        if (!reader.Contains(offset, (ulong)count * EntrySize) || offset == 0)
        {
            table.Defects.Add(new FormatDefect($"The snapshot table at 0x{offset:x} lies outside of the file.", 64));
            return table;
        }

        if (table.ReadEntries(reader.ReadArray((long)offset, FirstBytes), FirstBytes, (long)offset, count))
        {
            return table;
        }

        table = new Qcow2SnapshotTable();
        table.ReadEntries(reader.ReadArray((long)offset, MaximumBytes), MaximumBytes, (long)offset, count);
        return table;
    }

    /// <summary>Reads entries as far as the bytes go.</summary>
    /// <param name="bytes">The beginning of the table.</param>
    /// <param name="asked">How many bytes were asked for; fewer bytes mean the end of the file.</param>
    /// <param name="tableOffset">Where the table begins.</param>
    /// <param name="count">How many entries the header claims.</param>
    /// <returns>False where more bytes would tell more.</returns>
    private bool ReadEntries(ReadOnlySpan<byte> bytes, int asked, long tableOffset, uint count)
    {
        long position = 0;
        for (uint index = 0; index < count; index++)
        {
            ReadOnlySpan<byte> entry = bytes[(int)Math.Min(position, bytes.Length)..];
            if (entry.Length < EntrySize)
            {
                return IsCut(bytes.Length < asked, tableOffset + position);
            }

            int idSize = entry.U16Be(12);
            int nameSize = entry.U16Be(14);
            uint extraSize = entry.U32Be(36);
            if (extraSize > MaximumExtra)
            {
                Defects.Add(new FormatDefect($"A snapshot has {extraSize} bytes of extra data; {MaximumExtra} are the most.", tableOffset + position));
                return true;
            }

            int idOffset = EntrySize + (int)extraSize;
            if (entry.Length < idOffset + idSize + nameSize)
            {
                return IsCut(bytes.Length < asked, tableOffset + position);
            }

            Tables.Add((entry.U64Be(0), entry.U32Be(8), tableOffset + position));
            ulong stateSize = extraSize >= 8 ? entry.U64Be(EntrySize) : entry.U32Be(32);
            Snapshots.Add(new ImageSnapshot
            {
                Id = ImageText.Decode(entry.Part(idOffset, idSize)),
                Name = ImageText.Decode(entry.Part(idOffset + idSize, nameSize)),
                VmStateSize = (long)Math.Min(stateSize, long.MaxValue),
                Date = DateTime.UnixEpoch.AddSeconds(entry.U32Be(16)).AddTicks(Math.Min(entry.U32Be(20), 999_999_999) / 100),
            });
            position += ((long)idOffset + idSize + nameSize + 7) & ~7L;
        }

        return true;
    }

    private bool IsCut(bool byTheFile, long place)
    {
        if (byTheFile)
        {
            Defects.Add(new FormatDefect("The snapshot table is cut off by the end of the file.", place));
        }

        return byTheFile;
    }
}
