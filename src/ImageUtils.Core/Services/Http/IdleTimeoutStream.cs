namespace ImageUtils.Services.Http;

/// <summary>The data of an answer: a line that falls silent is an error, not a wait without end. It owns the answer.</summary>
internal sealed class IdleTimeoutStream : Stream
{
    private readonly HttpResponseMessage _answer;
    private readonly Stream _inner;
    private readonly TimeSpan _limit;

    public IdleTimeoutStream(HttpResponseMessage answer, Stream inner, TimeSpan limit)
    {
        _answer = answer;
        _inner = inner;
        _limit = limit;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var watch = new IdleWatch(_limit, cancellationToken);
        try
        {
            return await _inner.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (watch.IsExpired && (e is OperationCanceledException or IOException))
        {
            throw new IOException(watch.Reason, e);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _answer.Dispose();
        }

        base.Dispose(disposing);
    }
}
