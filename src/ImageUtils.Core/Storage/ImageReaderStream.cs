namespace ImageUtils.Storage;

/// <summary>The bytes of a reader as a stream, from their beginning. Trouble names the file, as the reader's does.</summary>
internal sealed class ImageReaderStream : Stream
{
    private readonly IImageReader reader;
    private readonly bool isOwner;
    private long position;

    /// <summary>Makes the stream.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="isOwner">True: the reader is disposed of with the stream.</param>
    public ImageReaderStream(IImageReader reader, bool isOwner)
    {
        this.reader = reader;
        this.isOwner = isOwner;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => reader.Length;

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int read = reader.Read(position, buffer);
        position += read;
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
        SeekOrigin.Current => checked(position + offset),
        SeekOrigin.End => checked(Length + offset),
        _ => offset,
    };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && isOwner)
        {
            reader.Dispose();
        }

        base.Dispose(disposing);
    }
}
