namespace ImageUtils.IntegrationTests.Services;

/// <summary>A volume of which three MiB can be read, and then no more.</summary>
internal sealed class BrokenVolume : Stream
{
    private long _left = 3 << 20;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = (int)Math.Min(count, _left);
        _left -= read;
        return read > 0 || count == 0 ? read : throw new IOException("The volume is gone.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
