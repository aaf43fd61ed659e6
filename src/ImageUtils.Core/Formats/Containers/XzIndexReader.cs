using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>Reads the index of a stream (The .xz File Format 1.2, section 4) as it comes by, behind its first byte.</summary>
internal sealed class XzIndexReader
{
    private readonly Stream _packed;
    private uint _crc = Crc32.Append(0, [0]);

    /// <summary>Makes the reader.</summary>
    /// <param name="packed">The file, behind the first byte of the index.</param>
    public XzIndexReader(Stream packed) => _packed = packed;

    /// <summary>The length of the index in bytes, as far as it was read.</summary>
    public long Size { get; private set; } = 1;

    /// <summary>Reads to its end.</summary>
    /// <param name="blocks">The number of blocks that it must name, so that no number of it is believed.</param>
    /// <param name="digest">Gets what it says of them.</param>
    /// <exception cref="UnpackingException">It is damaged.</exception>
    public void Read(ulong blocks, XzIndexDigest digest)
    {
        if (ReadNumber() != blocks)
        {
            throw new UnpackingException("its index is wrong");
        }

        for (ulong block = 0; block < blocks; block++)
        {
            digest.Add(ReadNumber(), ReadNumber());
        }

        while (Size % 4 != 0)
        {
            if (Next() != 0)
            {
                throw new UnpackingException("its index is wrong");
            }
        }

        uint computed = _crc;
        Span<byte> bytes = stackalloc byte[4];
        _packed.ReadExactly(bytes);
        Size += bytes.Length;
        if (((ReadOnlySpan<byte>)bytes).U32Le(0) != computed)
        {
            throw new UnpackingException("its index is damaged");
        }
    }

    private ulong ReadNumber()
    {
        Span<byte> bytes = stackalloc byte[9];
        int count = 0;
        do
        {
            bytes[count] = Next();
        }
        while ((bytes[count++] & 0x80) != 0 && count < bytes.Length);
        int position = 0;
        return XzNumber.Read(bytes[..count], ref position);
    }

    private byte Next()
    {
        int next = _packed.ReadByte();
        if (next < 0)
        {
            throw new EndOfStreamException();
        }

        byte value = (byte)next;
        _crc = Crc32.Append(_crc, [value]);
        Size++;
        return value;
    }
}
