using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>What a .xz file says of itself at its two ends (The .xz File Format 1.2), without unpacking anything.</summary>
internal sealed record XzEnds
{
    private const int HeaderSize = 12;
    private const int MaximumIndex = 64 * 1024;

    /// <summary>The length of the content; null: it is not said where it can be read cheaply.</summary>
    public long? Unpacked { get; private init; }

    /// <summary>What is wrong, as the end of a sentence; null: nothing.</summary>
    public string? Problem { get; private init; }

    /// <summary>Reads both ends.</summary>
    /// <param name="reader">The file.</param>
    /// <returns>What they say.</returns>
    public static XzEnds Read(IImageReader reader)
    {
        ReadOnlySpan<byte> header = reader.ReadArray(0, HeaderSize);
        if (header.Length < HeaderSize || Crc32.Append(0, header.Slice(6, 2)) != header.U32Le(8))
        {
            return new XzEnds { Problem = "its header is damaged" };
        }

        ReadOnlySpan<byte> footer = reader.ReadArray(Math.Max(HeaderSize, reader.Length - HeaderSize), HeaderSize);
        if (footer.Length == HeaderSize && footer.IsZero())
        {
            return new XzEnds();
        }

        if (!footer.HasAt(10, "YZ"u8) || Crc32.Append(0, footer.Slice(4, 6)) != footer.U32Le(0) || !footer.Slice(8, 2).SequenceEqual(header.Slice(6, 2)))
        {
            return new XzEnds { Problem = "its end is missing: it was cut, or something was appended" };
        }

        long indexSize = (footer.U32Le(4) + 1L) * 4;
        long start = reader.Length - HeaderSize - indexSize;
        return start < HeaderSize ? new XzEnds { Problem = "its index leaves the file" }
            : indexSize > MaximumIndex ? new XzEnds()
            : ReadIndex(reader.ReadArray(start, (int)indexSize), start);
    }

    private static XzEnds ReadIndex(ReadOnlySpan<byte> index, long start)
    {
        if (index.U8(0) != 0 || Crc32.Append(0, index[..^4]) != index.U32Le(index.Length - 4))
        {
            return new XzEnds { Problem = "its index is damaged" };
        }

        int position = 1;
        ulong count = XzNumber.Read(index, ref position);
        UInt128 packed = 0;
        UInt128 unpacked = 0;
        for (ulong block = 0; block < count && position < index.Length; block++)
        {
            packed += (XzNumber.Read(index, ref position) + 3) & ~3UL;
            unpacked += XzNumber.Read(index, ref position);
        }

        // Where the blocks do not fill the file there are several streams, and this index is of the last one.
        return packed + HeaderSize == (UInt128)start && unpacked <= long.MaxValue ? new XzEnds { Unpacked = (long)unpacked } : new XzEnds();
    }
}
