using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>
/// The entries of a zip by its central directory, each held against the header in front of its data. The runtime's reader
/// believes the directory alone; programs that unpack a stream believe the headers, and a lie between the two hides data.
/// </summary>
internal sealed class ZipListing
{
    private const int MaximumEntries = 256;
    private const int MaximumDirectory = 128 * 1024;
    private const int MaximumLocal = 2048;

    /// <summary>The entries, in the order of the directory.</summary>
    public List<ZipEntry> Entries { get; } = [];

    /// <summary>Where the packed bytes of each entry begin.</summary>
    public Dictionary<ZipEntry, long> Data { get; } = [];

    /// <summary>What is wrong with the archive.</summary>
    public List<FormatDefect> Defects { get; } = [];

    /// <summary>What is odd.</summary>
    public List<FormatDefect> Oddities { get; } = [];

    /// <summary>Lists a zip.</summary>
    /// <param name="reader">The bytes.</param>
    /// <returns>The list.</returns>
    public static ZipListing Read(IImageReader reader)
    {
        ZipListing listing = new();
        if (ZipEnd.Find(reader) is not ZipEnd end)
        {
            listing.Defects.Add(new FormatDefect("The archive has no end; it was cut, or something was appended."));
            return listing;
        }

        listing.Defects.AddRange(end.Defects);
        if (listing.ReadDirectory(reader, end))
        {
            listing.ReadLocals(reader, (long)end.DirectoryOffset);
        }

        return listing;
    }

    private bool ReadDirectory(IImageReader reader, ZipEnd end)
    {
        if (end.Entries > MaximumEntries || end.DirectorySize > MaximumDirectory)
        {
            Defects.Add(new FormatDefect($"The archive has {end.Entries} entries in {end.DirectorySize} bytes; a disk needs one.", end.Offset));
            return false;
        }

        if (end.DirectoryOffset > (ulong)end.Offset || end.DirectorySize != (ulong)end.Offset - end.DirectoryOffset)
        {
            Defects.Add(new FormatDefect($"The directory ({end.DirectorySize} bytes at 0x{end.DirectoryOffset:x}) does not end where the archive ends; something stands in front of it or behind.", end.Offset));
            return false;
        }

        ReadOnlySpan<byte> bytes = reader.ReadArray((long)end.DirectoryOffset, (int)end.DirectorySize);
        long position = (long)end.DirectoryOffset;
        while (!bytes.IsEmpty && Entries.Count < MaximumEntries && ZipEntry.ReadCentral(bytes, position) is ZipEntry entry)
        {
            Entries.Add(entry);
            bytes = bytes[entry.Size..];
            position += entry.Size;
        }

        if (!bytes.IsEmpty || (ulong)Entries.Count != end.Entries)
        {
            Defects.Add(new FormatDefect($"The directory is damaged: {Entries.Count} of {end.Entries} entries are whole, and {bytes.Length} bytes are left.", position));
            return false;
        }

        return true;
    }

    private void ReadLocals(IImageReader reader, long directory)
    {
        long position = 0;
        foreach (ZipEntry entry in Entries.OrderBy(entry => entry.LocalOffset))
        {
            if (entry.LacksSizes || entry.LocalOffset >= (ulong)directory || entry.Packed > (ulong)directory)
            {
                Defects.Add(new FormatDefect("An entry's sizes are missing or leave the archive.", entry.Offset));
                return;
            }

            long offset = (long)entry.LocalOffset;
            if (offset < position)
            {
                Defects.Add(new FormatDefect($"Two entries overlap at 0x{offset:x}.", offset));
                return;
            }

            if (offset > position)
            {
                (position == 0 ? Defects : Oddities).Add(new FormatDefect($"{offset - position} bytes at 0x{position:x} belong to no entry.", position));
            }

            if (ZipEntry.ReadLocal(reader.ReadArray(offset, (int)Math.Min(MaximumLocal, directory - offset)), offset) is not ZipEntry local)
            {
                Defects.Add(new FormatDefect($"There is no header of an entry at 0x{offset:x}.", offset));
                return;
            }

            Compare(entry, local);
            long data = offset + local.Size;
            if (entry.Packed > (ulong)(directory - data))
            {
                Defects.Add(new FormatDefect("The data of an entry reach into the directory.", offset));
                return;
            }

            Data[entry] = data;
            position = data + (long)entry.Packed;
            position += entry.HasDescriptor ? ReadDescriptor(reader, entry, position) : 0;
        }

        if (position != directory)
        {
            (position > directory ? Defects : Oddities).Add(new FormatDefect($"The data of the entries end at 0x{position:x}, the directory begins at 0x{directory:x}.", position));
        }
    }

    private void Compare(ZipEntry entry, ZipEntry local)
    {
        bool hasNumbers = !entry.HasDescriptor || local.Crc != 0 || local.Packed != 0 || local.Unpacked != 0;
        bool areSame = string.Equals(entry.Name, local.Name, StringComparison.Ordinal)
            && entry.Method == local.Method
            && entry.IsEncrypted == local.IsEncrypted
            && entry.HasDescriptor == local.HasDescriptor
            && (!hasNumbers || (!local.LacksSizes && IsSame(entry.Crc, local.Crc, entry) && IsSame(entry.Packed, local.Packed, entry) && IsSame(entry.Unpacked, local.Unpacked, entry)));
        if (!areSame)
        {
            Defects.Add(new FormatDefect("The header in front of an entry's data says other than the directory; programs differ in which of them they believe.", local.Offset));
        }
    }

    /// <summary>A program that writes a stream knows none, or some, of the numbers in front of the data.</summary>
    private static bool IsSame(ulong central, ulong local, ZipEntry entry) => central == local || (entry.HasDescriptor && local is 0 or uint.MaxValue);

    /// <summary>APPNOTE 4.3.9: with or without a signature, with sizes of four or of eight bytes.</summary>
    private int ReadDescriptor(IImageReader reader, ZipEntry entry, long position)
    {
        ReadOnlySpan<byte> bytes = reader.ReadArray(position, 24);
        int start = bytes.HasAt(0, "PK\u0007\u0008"u8) ? 4 : 0;
        if (bytes.U32Le(start) == entry.Crc && bytes.U64Le(start + 4) == entry.Packed && bytes.U64Le(start + 12) == entry.Unpacked)
        {
            return start + 20;
        }

        if (bytes.U32Le(start) == entry.Crc && bytes.U32Le(start + 4) == (uint)entry.Packed && bytes.U32Le(start + 8) == (uint)entry.Unpacked)
        {
            return start + 12;
        }

        Defects.Add(new FormatDefect("What stands behind an entry's data says other than the directory.", position));
        return 0;
    }
}
