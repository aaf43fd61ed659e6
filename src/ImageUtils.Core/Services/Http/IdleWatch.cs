namespace ImageUtils.Services.Http;

/// <summary>Ends an exchange in which no byte moves for too long; each byte that moves begins the time anew.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _outer;
    private readonly TimeSpan _limit;

    public IdleWatch(TimeSpan limit, CancellationToken outer)
    {
        _limit = limit;
        _outer = outer;
        _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
        Token = _source.Token;
        Touch();
    }

    public CancellationToken Token { get; }

    /// <summary>True where the time ran out, and not the caller's patience.</summary>
    public bool IsExpired => Token.IsCancellationRequested && !_outer.IsCancellationRequested;

    /// <summary>What to say of it.</summary>
    public string Reason => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no byte moved for {_limit.TotalSeconds:0.###} seconds.");

    public void Touch() => Allow(_limit);

    /// <summary>Waits once for longer than for a byte.</summary>
    /// <param name="limit">How long.</param>
    public void Allow(TimeSpan limit)
    {
        try
        {
            _source.CancelAfter(limit);
        }
        catch (ObjectDisposedException)
        {
            // A server may answer before it has taken the whole body; what still goes out is nobody's wait any more.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
