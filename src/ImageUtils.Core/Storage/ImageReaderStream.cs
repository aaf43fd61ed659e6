namespace ImageUtils.Storage;

/// <summary>The bytes of a reader as a stream, from their beginning. Trouble names the file, as the reader's does.</summary>
internal class ImageReaderStream : Stream
{
    private readonly IImageReader _reader;
    private readonly bool _isOwner;
    private long _position;

    /// <summary>Makes the stream.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="isOwner">True: the reader is disposed of with the stream.</param>
    public ImageReaderStream(IImageReader reader, bool isOwner)
    {
        _reader = reader;
        _isOwner = isOwner;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _reader.Length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = _reader.Read(_position, buffer);
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Current => checked(_position + offset),
        SeekOrigin.End => checked(Length + offset),
        _ => offset,
    };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _isOwner)
        {
            _reader.Dispose();
        }

        base.Dispose(disposing);
    }
}
