namespace ImageUtils.Services.Http;

/// <summary>Several addresses of one service in an order of chance (as cinder has it, so that clients spread), and the one in use.</summary>
internal sealed class EndpointRing
{
    private readonly Uri[] _endpoints;
    private int _current;

    public EndpointRing(IEnumerable<Uri> endpoints)
    {
        _endpoints = endpoints.ToArray();
        Random.Shared.Shuffle(_endpoints);
    }

    public int Count => _endpoints.Length;

    /// <summary>The address in use.</summary>
    public Uri Current => _endpoints[(int)((uint)Volatile.Read(ref _current) % (uint)_endpoints.Length)];

    /// <summary>Takes the next one, unless somebody else has done so since.</summary>
    /// <param name="failed">The address that failed.</param>
    public void MoveOn(Uri failed)
    {
        int seen = Volatile.Read(ref _current);
        if (_endpoints[(int)((uint)seen % (uint)_endpoints.Length)] == failed)
        {
            Interlocked.CompareExchange(ref _current, seen + 1, seen);
        }
    }
}
