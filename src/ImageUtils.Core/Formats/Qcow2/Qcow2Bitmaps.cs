namespace ImageUtils.Formats.Qcow2;

/// <summary>The directory of persistent bitmaps (qcow2.txt, "Bitmap directory").</summary>
internal static class Qcow2Bitmaps
{
    /// <summary>More is not read; qemu allows 65535.</summary>
    public const int MaximumBytes = 64 * 1024;

    private const int EntrySize = 24;

    /// <summary>Lists the bitmaps with the names of <c>qemu-img info</c>.</summary>
    /// <param name="directory">The bytes of the directory.</param>
    /// <param name="count">How many there should be.</param>
    /// <returns>The bitmaps as far as the bytes go.</returns>
    public static List<Dictionary<string, object?>> Read(ReadOnlySpan<byte> directory, uint count)
    {
        List<Dictionary<string, object?>> bitmaps = [];
        long position = 0;
        while (bitmaps.Count < count && position <= directory.Length - EntrySize)
        {
            ReadOnlySpan<byte> entry = directory[(int)position..];
            uint flags = entry.U32Be(12);
            byte granularity = entry.U8(17);
            int nameSize = entry.U16Be(18);
            uint extraSize = entry.U32Be(20);
            long nameOffset = EntrySize + (long)extraSize;
            if (nameOffset + nameSize > entry.Length || granularity > 62)
            {
                break;
            }

            List<string> names = [];
            if ((flags & 1) != 0)
            {
                names.Add("in-use");
            }

            if ((flags & 2) != 0)
            {
                names.Add("auto");
            }

            bitmaps.Add(new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["flags"] = names,
                ["name"] = ImageText.Decode(entry.Slice((int)nameOffset, nameSize)),
                ["granularity"] = 1L << granularity,
            });
            position += (nameOffset + nameSize + 7) & ~7L;
        }

        return bitmaps;
    }
}
