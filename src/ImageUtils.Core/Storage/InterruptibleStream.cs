namespace ImageUtils.Storage;

/// <summary>
/// Somebody else's stream, read so that a cancellation need not wait for it: standard input and pipes block until the other
/// side says something. A read that is left behind ends in a buffer of its own. The stream is not disposed of.
/// </summary>
internal sealed class InterruptibleStream(Stream inner) : ForwardOnlyStream
{
    private const int BufferSize = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private Task<int>? _reading;
    private ReadOnlyMemory<byte> _ready;

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
}
