using System.Globalization;
using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>The members of a tar archive, listed by their headers; contents are not read.</summary>
internal sealed class TarArchive
{
    private const int BlockSize = TarHeader.Size;
    private const int MaximumMembers = 256;
    private const int MaximumExtended = 16 * 1024;
    private const int MaximumExtendedTotal = 128 * 1024;

    private string? _longName;
    private Dictionary<string, string> _records = [];
    private long _extended;

    private TarArchive()
    {
    }

    /// <summary>The members, in order.</summary>
    public List<TarMember> Members { get; } = [];

    /// <summary>What is wrong with the archive.</summary>
    public List<FormatDefect> Defects { get; } = [];

    /// <summary>What is odd.</summary>
    public List<FormatDefect> Oddities { get; } = [];

    /// <summary>False where the reader has only a part of the archive, and there may be more members.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Lists the members.</summary>
    /// <param name="reader">The archive.</param>
    /// <returns>The list.</returns>
    public static TarArchive Read(IImageReader reader)
    {
        TarArchive archive = new();
        archive.ReadMembers(reader);
        return archive;
    }

    private static long? ParseLength(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;

    private void ReadMembers(IImageReader reader)
    {
        long end = reader.IsLengthKnown ? reader.Length : long.MaxValue;
        long position = 0;
        while (position <= end - BlockSize)
        {
            if (!reader.Has(position, BlockSize))
            {
                IsComplete = false;
                return;
            }

            byte[] block = reader.ReadArray(position, BlockSize);
            if (((ReadOnlySpan<byte>)block).IsZero())
            {
                ReadEnd(reader, position);
                return;
            }

            if (TarHeader.TryRead(block) is not TarHeader header)
            {
                Fail("A member's header is damaged.", position);
                return;
            }

            if ((_records.TryGetValue(PaxRecords.Size, out string? text) ? ParseLength(text) : header.Length) is not long size)
            {
                Fail("A member's size is no number that a file can have.", position);
                return;
            }

            long content = position + BlockSize;
            if (size > end - content)
            {
                Fail("A member leaves the archive, which may have been cut.", position);
                return;
            }

            if (!Take(reader, header, position, size))
            {
                return;
            }

            long padded = size > long.MaxValue - (2L * BlockSize) ? long.MaxValue : (size + BlockSize - 1) / BlockSize * BlockSize;
            if (padded > end - content)
            {
                break;
            }

            position = content + padded;
        }

        if (position < end && !((ReadOnlySpan<byte>)reader.ReadArray(position, BlockSize)).IsZero())
        {
            Fail("A member's header is cut off by the end of the file.", position);
            return;
        }

        Oddities.Add(new FormatDefect("The end of the archive is not marked.", position));
    }

    private bool Take(IImageReader reader, TarHeader header, long position, long size)
    {
        if (header.Kind is (byte)'L' or (byte)'x' or (byte)'g')
        {
            return TakeExtended(reader, header.Kind, position, size);
        }

        string name = _records.GetValueOrDefault(PaxRecords.Path) ?? _longName ?? header.Name;
        Members.Add(new TarMember(name, header.Kind, position, position + BlockSize, size) { IsSparse = header.Kind == (byte)'S' || PaxRecords.HasSparse(_records) });
        _longName = null;
        _records = [];
        return Members.Count <= MaximumMembers || Fail($"The archive has more than {MaximumMembers} members.", position);
    }

    private bool TakeExtended(IImageReader reader, byte kind, long position, long size)
    {
        _extended += Math.Min(size, MaximumExtended);
        if (size > MaximumExtended || _extended > MaximumExtendedTotal)
        {
            return Fail("The archive has longer names or attributes than any that are read.", position);
        }

        if (!reader.Has(position + BlockSize, (int)size))
        {
            IsComplete = false;
            return false;
        }

        byte[] bytes = reader.ReadArray(position + BlockSize, (int)size);
        if (kind == (byte)'L')
        {
            _longName = ImageText.Decode(bytes);
            return true;
        }

        if (PaxRecords.Read(bytes) is not Dictionary<string, string> records)
        {
            return Fail("The attributes of a member are damaged.", position);
        }

        if (kind == (byte)'x')
        {
            _records = records;
            return true;
        }

        // What names or sizes all members at once serves nobody, and programs differ in whether they obey.
        return !PaxRecords.ChangesMembers(records) || Fail("A header for the whole archive gives its members other names or sizes.", position);
    }

    /// <summary>The end is two blocks of zeros; what follows is read by nobody, or by some.</summary>
    private void ReadEnd(IImageReader reader, long position)
    {
        if (_longName is not null || _records.Count > 0)
        {
            Fail("A member whose name stands there is missing.", position);
        }

        if (!reader.IsLengthKnown)
        {
            return;
        }

        ReadOnlySpan<byte> second = reader.ReadArray(position + BlockSize, BlockSize);
        long last = Math.Max(position, reader.Length - BlockSize);
        if (!second.IsZero() || !((ReadOnlySpan<byte>)reader.ReadArray(last, BlockSize)).IsZero())
        {
            Oddities.Add(new FormatDefect("Data follow the end of the archive.", position));
        }
        else if (second.Length < BlockSize)
        {
            Oddities.Add(new FormatDefect("The end of the archive is marked by half.", position));
        }
    }

    private bool Fail(string reason, long position)
    {
        Defects.Add(new FormatDefect(reason, position));
        return false;
    }
}
