using System.Globalization;
using System.Text;
using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>The members of a tar archive, listed by their headers; contents are not read.</summary>
internal sealed class TarArchive
{
    private const int BlockSize = TarHeader.Size;
    private const int MaximumMembers = 256;
    private const int MaximumExtended = 16 * 1024;

    /// <summary>The members, in order.</summary>
    public List<TarMember> Members { get; } = [];

    /// <summary>What is wrong with the archive.</summary>
    public List<FormatDefect> Defects { get; } = [];

    /// <summary>True where the end is marked as it must be.</summary>
    public bool HasEnd { get; private set; }

    /// <summary>Lists the members.</summary>
    /// <param name="reader">The archive.</param>
    /// <returns>The list.</returns>
    public static TarArchive Read(IImageReader reader)
    {
        TarArchive archive = new();
        archive.ReadMembers(reader);
        return archive;
    }

    private static Dictionary<string, string> ReadRecords(ReadOnlySpan<byte> bytes)
    {
        // POSIX pax: "LENGTH KEY=VALUE\n", the length counting itself.
        Dictionary<string, string> records = new(StringComparer.Ordinal);
        while (bytes.IndexOf((byte)' ') is > 0 and int space
            && int.TryParse(bytes[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length > space + 1
            && length <= bytes.Length)
        {
            string record = Encoding.UTF8.GetString(bytes[(space + 1)..length]).TrimEnd('\n');
            int equals = record.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                records[record[..equals]] = record[(equals + 1)..];
            }

            bytes = bytes[length..];
        }

        return records;
    }

    private void ReadMembers(IImageReader reader)
    {
        long position = 0;
        string? longName = null;
        Dictionary<string, string> records = [];
        while (position <= reader.Length - BlockSize)
        {
            byte[] block = reader.ReadArray(position, BlockSize);
            if (((ReadOnlySpan<byte>)block).IsZero())
            {
                HasEnd = true;
                return;
            }

            TarHeader? header = TarHeader.TryRead(block);
            long? length = header is null ? null : records.TryGetValue("size", out string? text) ? ParseLength(text) : header.Length;
            if (header is null || length is not long size || size > reader.Length - position - BlockSize)
            {
                Defects.Add(new FormatDefect(header is null ? "A member's header is damaged." : "A member leaves the archive, which may have been cut.", position));
                return;
            }

            long content = position + BlockSize;
            switch (header.Kind)
            {
                case (byte)'L' when size <= MaximumExtended:
                    longName = ImageText.Decode(reader.ReadArray(content, (int)size));
                    break;
                case (byte)'x' when size <= MaximumExtended:
                    records = ReadRecords(reader.ReadArray(content, (int)size));
                    break;
                case (byte)'g':
                    break;
                default:
                    Members.Add(new TarMember(records.GetValueOrDefault("path") ?? longName ?? header.Name, header.Kind, position, content, size));
                    longName = null;
                    records = [];
                    break;
            }

            if (Members.Count > MaximumMembers)
            {
                Defects.Add(new FormatDefect($"The archive has more than {MaximumMembers} members.", position));
                return;
            }

            long padded = size > long.MaxValue - (2 * BlockSize) ? long.MaxValue : (size + BlockSize - 1) / BlockSize * BlockSize;
            if (padded > reader.Length - content)
            {
                return;
            }

            position = content + padded;
        }
    }

    private static long? ParseLength(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length) ? length : null;
}
