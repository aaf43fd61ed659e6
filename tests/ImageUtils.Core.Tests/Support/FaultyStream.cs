namespace ImageUtils.Core.Tests.Support;

/// <summary>A forward stream of patterned bytes that ends in an exception, or just ends.</summary>
public sealed class FaultyStream : Stream
{
    private readonly long _length;
    private readonly Exception? _fault;
    private readonly Action<long>? _onRead;
    private long _position;

    public FaultyStream(long length, Exception? fault = null, Action<long>? onRead = null)
    {
        _length = length;
        _fault = fault;
        _onRead = onRead;
    }

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public static byte[] Pattern(int count) => Enumerable.Range(0, count).Select(i => (byte)(i * 7)).ToArray();

    public override int Read(byte[] buffer, int offset, int count)
    {
        _onRead?.Invoke(_position);

        // Short reads, as a network gives them.
        int n = (int)Math.Min(Math.Min(count, 60_000), _length - _position);
        if (n == 0 && _fault is not null)
        {
            throw _fault;
        }

        for (int i = 0; i < n; i++)
        {
            buffer[offset + i] = (byte)((_position + i) * 7);
        }

        _position += n;
        return n;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
