namespace ImageUtils.Formats.Vmdk;

/// <summary>Recognises the kinds of VMDK file: hosted sparse, ESX COWD, seSparse and the text descriptor.</summary>
internal static class VmdkSignature
{
    private const int LongestPreamble = 16 * 1024;

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
    /// comments and blank lines. A byte order mark does not make it anything else.
    /// </summary>
    private static bool IsDescriptor(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> rest = head.HasAt(0, [0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? rest : rest[..end]).Trim(" \t\r"u8);
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

            return line.HasAt(0, "version="u8) && line.U8(8) is >= (byte)'1' and <= (byte)'3';
        }

        return false;
    }
}
