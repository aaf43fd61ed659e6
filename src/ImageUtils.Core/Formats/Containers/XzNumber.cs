namespace ImageUtils.Formats.Containers;

/// <summary>A number of variable length: seven bits a byte, the lowest first (The .xz File Format 1.2, section 1.2).</summary>
internal static class XzNumber
{
    /// <summary>Reads one.</summary>
    /// <param name="bytes">The bytes; what is missing counts as zero.</param>
    /// <param name="position">Where it begins, and then where it ends.</param>
    /// <returns>The number.</returns>
    public static ulong Read(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong number = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte next = bytes.U8(position++);
            number |= (next & 0x7FUL) << shift;
            if ((next & 0x80) == 0)
            {
                break;
            }
        }

        return number;
    }
}
