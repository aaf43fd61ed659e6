namespace ImageUtils.Core.Tests.Support;

/// <summary>Data that can be read once, and may end in an error.</summary>
public sealed class OnceStream(byte[] data, Func<Exception>? ending = null) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = Math.Min(count, data.Length - _position);
        data.AsSpan(_position, read).CopyTo(buffer.AsSpan(offset));
        _position += read;
        return read > 0 || ending is null ? read : throw ending();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
