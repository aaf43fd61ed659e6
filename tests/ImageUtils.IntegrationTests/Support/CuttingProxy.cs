using System.Net;
using System.Net.Sockets;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>A line on this machine to a real server, which ends its first connections after so many bytes came back.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Uri _target;
    private readonly Task _work;
    private long _bytes;
    private int _cuts;

    public CuttingProxy(Uri target, int cuts, long cutAfter)
    {
        _target = target;
        _cuts = cuts;
        CutAfter = cutAfter;
        _listener.Start();
        _work = AcceptAsync();
    }

    public long CutAfter { get; }

    /// <summary>What the server gave, headers included.</summary>
    public long BytesBack => Interlocked.Read(ref _bytes);

    /// <summary>How many connections may still be cut.</summary>
    public int CutsLeft => Volatile.Read(ref _cuts);

    /// <summary>The server's address by way of this line.</summary>
    public Uri Address => new UriBuilder(_target) { Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _work;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
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
            await server.ConnectAsync(_target.Host, _target.Port, _ending.Token);
            Task up = near.GetStream().CopyToAsync(server.GetStream(), _ending.Token);
            await BackAsync(server.GetStream(), near.GetStream());
            near.Client.Shutdown(SocketShutdown.Both);
            server.Client.Shutdown(SocketShutdown.Both);
            await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The line is dead, as it may be.
        }
    }

    private async Task BackAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[1 << 16];
        long came = 0;
        int count;
        while ((count = await from.ReadAsync(buffer, _ending.Token)) > 0)
        {
            came += count;
            Interlocked.Add(ref _bytes, count);
            await to.WriteAsync(buffer.AsMemory(0, count), _ending.Token);
            if (came >= CutAfter && Interlocked.Decrement(ref _cuts) >= 0)
            {
                return;
            }
        }
    }
}
