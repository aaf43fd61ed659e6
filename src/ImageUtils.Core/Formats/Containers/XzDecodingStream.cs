using ImageUtils.Storage;
using SharpCompress.Compressors.LZMA;

namespace ImageUtils.Formats.Containers;

/// <summary>
/// The content of a .xz file (The .xz File Format 1.2), with everything compared that the format has to compare: headers, checksums,
/// padding, index and footer of each stream. Only LZMA2 itself is unpacked by a library, within a bounded dictionary.
/// </summary>
internal sealed class XzDecodingStream : ForwardOnlyStream
{
    private const int HeaderSize = 12;

    private readonly Stream _packed;
    private readonly long _mostDictionary;
    private readonly DecoderMemory _memory = new();
    private XzCheck? _check;
    private XzIndexDigest _blocks = new();
    private LzmaStream? _block;
    private long _blockStart;
    private ulong _blockContent;
    private long _unpacked;
    private ushort _flags;
    private bool _isFinished;

    /// <summary>Makes the stream.</summary>
    /// <param name="packed">The file from its beginning, whose position can be asked for; not owned.</param>
    /// <param name="mostDictionary">The largest dictionary that is made, in bytes.</param>
    public XzDecodingStream(Stream packed, long mostDictionary)
    {
        _packed = packed;
        _mostDictionary = mostDictionary;
    }

    /// <inheritdoc/>
    /// <exception cref="UnpackingException">The data are damaged, or ask for what is not done here.</exception>
    /// <exception cref="EndOfStreamException">The file was cut.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (!_isFinished && count > 0)
        {
            if (_check is null)
            {
                BeginStream();
            }

            if (_block is null && !BeginBlock())
            {
                EndStream();
                continue;
            }

            int read = _block!.Read(buffer, offset, count);
            if (read > 0)
            {
                _check!.Append(buffer.AsSpan(offset, read));
                _blockContent += (ulong)read;
                _unpacked += read;
                return read;
            }

            EndBlock();
        }

        return 0;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _block?.Dispose();
            _check?.Dispose();
            _blocks.Dispose();
        }

        base.Dispose(disposing);
    }

    private void BeginStream()
    {
        Span<byte> bytes = stackalloc byte[HeaderSize];
        _packed.ReadExactly(bytes);
        ReadOnlySpan<byte> header = bytes;
        if (!header.HasAt(0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) || Crc32.Append(0, header.Slice(6, 2)) != header.U32Le(8) || header.U8(6) != 0 || header.U8(7) > 0x0F)
        {
            throw new UnpackingException("the header of a stream is damaged, or something was appended");
        }

        _flags = header.U16Le(6);
        _check = new XzCheck(header.U8(7));
    }

    /// <summary>Begins the next block.</summary>
    /// <returns>False: the index follows instead.</returns>
    private bool BeginBlock()
    {
        _blockStart = _packed.Position;
        int first = _packed.ReadByte();
        if (first <= 0)
        {
            return first == 0 ? false : throw new EndOfStreamException();
        }

        Span<byte> header = stackalloc byte[(first + 1) * 4];
        header[0] = (byte)first;
        _packed.ReadExactly(header[1..]);
        XzBlockHeader block = XzBlockHeader.Read(header, _mostDictionary);
        _memory.Take(block.Memory, _unpacked);
        _blockContent = 0;
        _block = LzmaStream.Create([block.Dictionary], _packed, -1, -1, null, isLzma2: true, leaveOpen: true);
        return true;
    }

    private void EndBlock()
    {
        _block!.Dispose();
        _block = null;
        long packed = _packed.Position - _blockStart;
        SkipZeros((int)(-packed & 3));
        Span<byte> stored = stackalloc byte[_check!.Size];
        _packed.ReadExactly(stored);
        if (!_check.Matches(stored))
        {
            throw new UnpackingException("its data or their checksum are wrong");
        }

        _blocks.Add((ulong)packed + (ulong)_check.Size, _blockContent);
    }

    /// <summary>Compares index and footer with the blocks that were there, and looks for another stream.</summary>
    private void EndStream()
    {
        var index = new XzIndexReader(_packed);
        using XzIndexDigest told = new();
        index.Read(_blocks.Count, told);
        Span<byte> bytes = stackalloc byte[HeaderSize];
        _packed.ReadExactly(bytes);
        ReadOnlySpan<byte> footer = bytes;
        if (!told.Matches(_blocks) || Crc32.Append(0, footer.Slice(4, 6)) != footer.U32Le(0)
            || (footer.U32Le(4) + 1L) * 4 != index.Size || footer.U16Le(8) != _flags || !footer.HasAt(10, "YZ"u8))
        {
            throw new UnpackingException("its index or its end are wrong");
        }

        _check!.Dispose();
        _check = null;
        _blocks.Dispose();
        _blocks = new XzIndexDigest();
        _isFinished = !FindNextStream();
    }

    /// <summary>Skips the zeros that may follow a stream, in groups of four (section 2.2).</summary>
    private bool FindNextStream()
    {
        Span<byte> group = stackalloc byte[4];
        long end = _packed.Position;
        while (_packed.ReadAtLeast(group, group.Length, throwOnEndOfStream: false) is int count and > 0)
        {
            if (_packed.Position - end > UnpackingLimits.MostPadding)
            {
                throw new UnpackingException("more zeros follow its end than any program writes");
            }

            if (count < group.Length)
            {
                throw new UnpackingException("something was appended behind its end");
            }

            if (!((ReadOnlySpan<byte>)group).IsZero())
            {
                _packed.Position -= group.Length;
                return true;
            }
        }

        return false;
    }

    private void SkipZeros(int count)
    {
        Span<byte> padding = stackalloc byte[count];
        _packed.ReadExactly(padding);
        if (!((ReadOnlySpan<byte>)padding).IsZero())
        {
            throw new UnpackingException("the padding of a block is damaged");
        }
    }
}
