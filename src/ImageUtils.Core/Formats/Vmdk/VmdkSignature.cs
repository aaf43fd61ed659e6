namespace ImageUtils.Formats.Vmdk;

/// <summary>Recognises the kinds of VMDK file: hosted sparse, ESX COWD, seSparse and the text descriptor.</summary>
internal static class VmdkSignature
{
    private const int LongestPreamble = 16 * 1024;
    private const int MostZeros = 512;

    private static ReadOnlySpan<byte> Blanks => " \t\f\v"u8;

    /// <summary>Says which kind of VMDK it is.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>The kind; <see cref="VmdkKind.None"/> for another format.</returns>
    public static VmdkKind Find(ReadOnlySpan<byte> head)
    {
        if (head.HasAt(0, "KDMV"u8))
        {
            return VmdkKind.Sparse;
        }

        if (head.HasAt(0, "COWD"u8) && head.U32Le(4) is >= 1 and <= 3)
        {
            return VmdkKind.Cowd;
        }

        if (head.U64Le(0) == 0xCAFEBABE)
        {
            return VmdkKind.SeSparse;
        }

        return IsDescriptor(head.Part(0, LongestPreamble)) ? VmdkKind.Descriptor : VmdkKind.None;
    }

    /// <summary>True for any kind of VMDK.</summary>
    /// <param name="head">The first bytes of the file.</param>
    /// <returns>True for a VMDK.</returns>
    public static bool IsMatch(ReadOnlySpan<byte> head) => Find(head) != VmdkKind.None;

    /// <summary>
    /// A descriptor says so in its first line, or (qemu's rule) has a <c>version=</c> line in front of which stand only
    /// comments and blank lines. A byte order mark, bytes of zero in front and letters of two bytes do not make it anything else:
    /// some reader sees through them.
    /// </summary>
    private static bool IsDescriptor(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> rest = Plain(head);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOfAny((byte)'\n', (byte)'\r');
            ReadOnlySpan<byte> line = (end < 0 ? rest : rest[..end]).Trim(Blanks);
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (line[0] == '#')
            {
                if (System.Text.Ascii.EqualsIgnoreCase(line.TrimStart("# "u8), "Disk DescriptorFile"u8))
                {
                    return true;
                }

                continue;
            }

            return IsVersion(line);
        }

        return false;
    }

    private static bool IsVersion(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> key = "version"u8;
        if (line.Length <= key.Length || !System.Text.Ascii.EqualsIgnoreCase(line[..key.Length], key))
        {
            return false;
        }

        ReadOnlySpan<byte> value = line[key.Length..].TrimStart(Blanks);
        return value.U8(0) == '=' && value[1..].TrimStart(Blanks).U8(0) is >= (byte)'1' and <= (byte)'3';
    }

    private static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text =
            head.HasAt(0, [0xEF, 0xBB, 0xBF]) ? head[3..]
            : head.HasAt(0, [0xFF, 0xFE]) || head.HasAt(0, [0xFE, 0xFF]) ? head[2..]
            : head;
        int zeros = text.IndexOfAnyExcept((byte)0);
        if (zeros is < 0 or > MostZeros)
        {
            return [];
        }

        text = text[zeros..];
        return text.U8(1) != 0 || text.Length < 2 ? text : text.ToArray().Where(value => value != 0).ToArray();
    }
}
