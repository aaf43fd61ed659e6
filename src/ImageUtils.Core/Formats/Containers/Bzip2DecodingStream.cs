using ImageUtils.Storage;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace ImageUtils.Formats.Containers;

/// <summary>The content of a .bz2 file: of all streams in it, one behind the other, as bzip2 itself reads them and pbzip2 writes them.</summary>
internal sealed class Bzip2DecodingStream : ForwardOnlyStream
{
    private const int HeaderSize = 4;

    /// <summary>A decoder takes six bytes for each byte of a block, whose size is a digit of 100,000 bytes.</summary>
    private const int MemoryOfLevel = 600_000;

    private readonly Stream _packed;
    private readonly DecoderMemory _memory = new();
    private BZip2Stream? _stream;
    private long _unpacked;
    private bool _isFinished;

    /// <summary>Makes the stream.</summary>
    /// <param name="packed">The file from its beginning, whose position can be set; not owned.</param>
    public Bzip2DecodingStream(Stream packed) => _packed = packed;

    /// <inheritdoc/>
    /// <exception cref="UnpackingException">Something other than bzip2 follows.</exception>
    public override int Read(byte[] buffer, int offset, int count)
    {
        while (!_isFinished && count > 0)
        {
            _stream ??= Begin();
            int read = _stream?.Read(buffer, offset, count) ?? 0;
            if (read > 0)
            {
                _unpacked += read;
                return read;
            }

            _isFinished = _stream is null;
            _stream?.Dispose();
            _stream = null;
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
            _stream?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Begins the next stream; null: there is none.</summary>
    private BZip2Stream? Begin()
    {
        Span<byte> bytes = stackalloc byte[HeaderSize];
        int count = _packed.ReadAtLeast(bytes, HeaderSize, throwOnEndOfStream: false);
        if (count == 0)
        {
            return null;
        }

        ReadOnlySpan<byte> header = bytes[..count];
        if (!header.HasAt(0, "BZh"u8) || header.U8(3) is < (byte)'1' or > (byte)'9')
        {
            throw new UnpackingException("something was appended behind its end");
        }

        _packed.Position -= HeaderSize;
        _memory.Take((header.U8(3) - '0') * MemoryOfLevel, _unpacked);
        return BZip2Stream.Create(_packed, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true);
    }
}
