using System.Net;
using System.Net.Sockets;

namespace ImageUtils.Core.Tests.Support;

/// <summary>Something on this machine that stands between a client and a server, one task a connection.</summary>
public abstract class LocalProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;

    protected LocalProxy()
    {
        _listener.Start();
        _work = AcceptAsync();
    }

    protected int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cancelled when it ends.</summary>
    protected CancellationToken Ending => _ending.Token;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _work;
        _ending.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Carries one connection to its end; a line that breaks is no matter of the proxy's.</summary>
    protected abstract Task CarryAsync(NetworkStream near, TcpClient server);

    private async Task AcceptAsync()
    {
        // The listener hears before the one who derives from this is made.
        await Task.Yield();
        var lines = new List<Task>();
        try
        {
            while (true)
            {
                lines.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(lines);
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using TcpClient client = near;
        using var server = new TcpClient();
        try
        {
            await CarryAsync(client.GetStream(), server);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The line is dead, as it may be.
        }
    }
}
