using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>The header of a block (The .xz File Format 1.2, section 3.1).</summary>
/// <param name="Dictionary">The byte that names the size of the dictionary of LZMA2.</param>
/// <param name="Memory">That size in bytes.</param>
internal readonly record struct XzBlockHeader(byte Dictionary, long Memory)
{
    private const ulong Lzma2 = 0x21;
    private const byte MostDictionary = 40;

    /// <summary>Reads it.</summary>
    /// <param name="header">All its bytes, the checksum included.</param>
    /// <param name="mostDictionary">The largest dictionary that is made, in bytes.</param>
    /// <returns>The header.</returns>
    /// <exception cref="UnpackingException">It is damaged, or asks for what is not done here.</exception>
    public static XzBlockHeader Read(ReadOnlySpan<byte> header, long mostDictionary)
    {
        if (Crc32.Append(0, header[..^4]) != header.U32Le(header.Length - 4))
        {
            throw new UnpackingException("the header of a block is damaged");
        }

        byte flags = header.U8(1);
        int position = 2;
        for (int size = 0x40; size <= 0x80; size <<= 1)
        {
            if ((flags & size) != 0)
            {
                // Both lengths stand in the index too, which is compared with what came out.
                _ = XzNumber.Read(header, ref position);
            }
        }

        ulong filter = XzNumber.Read(header, ref position);
        if ((flags & 0x3F) != 0 || filter != Lzma2 || XzNumber.Read(header, ref position) != 1)
        {
            throw new UnpackingException("it uses a filter other than LZMA2, which is not opened here");
        }

        byte dictionary = header.U8(position++);
        if (dictionary > MostDictionary || !header[position..^4].IsZero())
        {
            throw new UnpackingException("the header of a block is damaged");
        }

        long bytes = dictionary == MostDictionary ? uint.MaxValue : (2L | (dictionary & 1)) << ((dictionary / 2) + 11);
        return bytes <= mostDictionary
            ? new XzBlockHeader(dictionary, bytes)
            : throw new UnpackingException(FormattableString.Invariant($"it wants {bytes} bytes of memory to be unpacked, and {mostDictionary} are the most that it is given"));
    }
}
