using ImageUtils.Storage;

namespace ImageUtils.Services.Http;

/// <summary>The data of an answer: a line that falls silent is an error, not a wait without end. It owns the answer.</summary>
internal sealed class IdleTimeoutStream : ForwardOnlyStream
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
