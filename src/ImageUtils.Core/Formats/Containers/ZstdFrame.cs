namespace ImageUtils.Formats.Containers;

/// <summary>The header of a Zstandard frame (RFC 8878, section 3.1.1.1).</summary>
internal static class ZstdFrame
{
    private const int DescriptorOffset = 4;
    private const int ShortBase = 256;

    /// <summary>The length of the content as the first frame gives it.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>The length; null: it gives none.</returns>
    public static ulong? ReadContentSize(ReadOnlySpan<byte> head)
    {
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
