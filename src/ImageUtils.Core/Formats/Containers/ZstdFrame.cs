namespace ImageUtils.Formats.Containers;

/// <summary>The header of a Zstandard frame (RFC 8878, section 3.1.1.1).</summary>
internal static class ZstdFrame
{
    private const int DescriptorOffset = 4;
    private const int ShortBase = 256;
    private const uint FirstSkipped = 0x184D2A50;
    private const int SkippedHeader = 8;

    private static ReadOnlySpan<byte> Magic => [0x28, 0xb5, 0x2f, 0xfd];

    /// <summary>True for a frame, also behind frames that are to be skipped (section 3.1.2), as pzstd writes them.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>True for Zstandard.</returns>
    public static bool IsMatch(ReadOnlySpan<byte> head)
    {
        while ((head.U32Le(0) & ~0xFu) == FirstSkipped && head.U32Le(4) <= head.Length - SkippedHeader)
        {
            head = head[(SkippedHeader + (int)head.U32Le(4))..];
        }

        return head.HasAt(0, Magic);
    }

    /// <summary>The length of the content as the first frame gives it.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>The length; null: it gives none.</returns>
    public static ulong? ReadContentSize(ReadOnlySpan<byte> head)
    {
        if (!head.HasAt(0, Magic))
        {
            return null;
        }

        byte descriptor = head.U8(DescriptorOffset);
        bool isSingle = (descriptor & 0x20) != 0;
        int dictionary = (descriptor & 3) switch
        {
            3 => 4,
            int size => size,
        };
        int position = DescriptorOffset + 1 + (isSingle ? 0 : 1) + dictionary;
        return (descriptor >> 6) switch
        {
            0 => isSingle ? head.U8(position) : null,
            1 => head.U16Le(position) + (ulong)ShortBase,
            2 => head.U32Le(position),
            _ => head.U64Le(position),
        };
    }
}
