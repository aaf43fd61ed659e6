using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>The end of a zip: the record that names the central directory (APPNOTE 4.3.14 to 4.3.16).</summary>
internal sealed record ZipEnd
{
    private const int RecordSize = 22;
    private const int LocatorSize = 20;
    private const int Record64Size = 56;
    private const int LongestComment = 65535;
    private const int SignatureSize = 4;

    /// <summary>Where the end begins, in bytes.</summary>
    public required long Offset { get; init; }

    public required ulong Entries { get; init; }

    public required ulong DirectorySize { get; init; }

    public required ulong DirectoryOffset { get; init; }

    /// <summary>What is wrong with the end.</summary>
    public List<FormatDefect> Defects { get; } = [];

    private static ReadOnlySpan<byte> Signature => "PK\u0005\u0006"u8;

    /// <summary>Finds the end.</summary>
    /// <param name="reader">The zip.</param>
    /// <returns>The end; null: there is none.</returns>
    public static ZipEnd? Find(IImageReader reader)
    {
        long start = Math.Max(0, reader.Length - RecordSize - LongestComment - LocatorSize - Record64Size);
        ReadOnlySpan<byte> tail = reader.ReadArray(start, (int)(reader.Length - start));
        int record = FindRecord(tail);
        if (record < 0)
        {
            return null;
        }

        ZipEnd end = Read(tail, record, start);
        int comment = tail.U16Le(record + 20);
        int behind = tail.Length - record - RecordSize - comment;
        if (behind != 0)
        {
            end.Defects.Add(new FormatDefect(behind > 0 ? $"{behind} bytes follow the end of the archive." : "The comment of the archive was cut.", start + record));
        }
        else if (tail[..record].LastIndexOf(Signature) >= 0 && tail[(record + SignatureSize)..].IndexOf(Signature) >= 0)
        {
            end.Defects.Add(new FormatDefect("The archive ends more than once; programs differ in which end they take.", start + record));
        }

        return end;
    }

    /// <summary>The end whose comment reaches exactly to the end of the file; without one, the last that looks like an end.</summary>
    private static int FindRecord(ReadOnlySpan<byte> tail)
    {
        int last = -1;
        for (int index = tail.LastIndexOf(Signature); index >= 0; index = tail[..index].LastIndexOf(Signature))
        {
            if (index > tail.Length - RecordSize)
            {
                continue;
            }

            last = last < 0 ? index : last;
            if (index + RecordSize + tail.U16Le(index + 20) == tail.Length)
            {
                return index;
            }
        }

        return last;
    }

    private static ZipEnd Read(ReadOnlySpan<byte> tail, int record, long start)
    {
        ReadOnlySpan<byte> bytes = tail.Slice(record, RecordSize);
        ZipEnd end = new()
        {
            Offset = start + record,
            Entries = bytes.U16Le(10),
            DirectorySize = bytes.U32Le(12),
            DirectoryOffset = bytes.U32Le(16),
        };
        int locator = record - LocatorSize;
        if (locator >= 0 && tail.HasAt(locator, "PK\u0006\u0007"u8))
        {
            end = Read64(tail, locator, start, end);
        }
        else if (end.Entries == ushort.MaxValue || end.DirectorySize == uint.MaxValue || end.DirectoryOffset == uint.MaxValue)
        {
            end.Defects.Add(new FormatDefect("The end says that a second record (zip64) names the directory, and there is none.", end.Offset));
        }

        if (bytes.U16Le(4) is not (0 or ushort.MaxValue) || bytes.U16Le(6) is not (0 or ushort.MaxValue) || bytes.U16Le(8) != bytes.U16Le(10))
        {
            end.Defects.Add(new FormatDefect("The archive is one of several disks.", start + record + 4));
        }

        return end;
    }

    private static ZipEnd Read64(ReadOnlySpan<byte> tail, int locator, long start, ZipEnd small)
    {
        int place = locator - Record64Size;
        ulong named = tail.U64Le(locator + 8);
        if (place < 0 || !tail.HasAt(place, "PK\u0006\u0006"u8) || named != (ulong)(start + place) || tail.U64Le(place + 4) != Record64Size - 12)
        {
            small.Defects.Add(new FormatDefect($"The second end of the archive (zip64) is not where it is said to be, at 0x{named:x}.", start + locator));
            return small;
        }

        ZipEnd end = new()
        {
            Offset = start + place,
            Entries = tail.U64Le(place + 32),
            DirectorySize = tail.U64Le(place + 40),
            DirectoryOffset = tail.U64Le(place + 48),
        };
        bool isAgreed = (small.Entries == ushort.MaxValue || small.Entries == end.Entries)
            && (small.DirectorySize == uint.MaxValue || small.DirectorySize == end.DirectorySize)
            && (small.DirectoryOffset == uint.MaxValue || small.DirectoryOffset == end.DirectoryOffset);
        if (!isAgreed)
        {
            end.Defects.Add(new FormatDefect("The two ends of the archive (zip and zip64) differ in what they say.", end.Offset));
        }

        if (tail.U32Le(locator + 4) != 0 || tail.U32Le(locator + 16) > 1 || tail.U32Le(place + 16) != 0 || tail.U32Le(place + 20) != 0 || tail.U64Le(place + 24) != end.Entries)
        {
            end.Defects.Add(new FormatDefect("The archive is one of several disks.", end.Offset + 16));
        }

        return end;
    }
}
