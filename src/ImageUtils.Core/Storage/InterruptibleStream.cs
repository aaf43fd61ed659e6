namespace ImageUtils.Storage;

/// <summary>
/// Somebody else's stream, read so that a cancellation need not wait for it: standard input and pipes block until the other
/// side says something. A read that is left behind ends in a buffer of its own. The stream is not disposed of.
/// </summary>
internal sealed class InterruptibleStream(Stream inner) : Stream
{
    private const int BufferSize = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private Task<int>? _reading;
    private ReadOnlyMemory<byte> _ready;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_ready.IsEmpty)
        {
            _reading ??= Task.Run(() => inner.Read(_buffer), CancellationToken.None);
            int count = await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
            _reading = null;
            _ready = _buffer.AsMemory(0, count);
        }

        int copied = Math.Min(_ready.Length, buffer.Length);
        _ready[..copied].CopyTo(buffer);
        _ready = _ready[copied..];
        return copied;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
