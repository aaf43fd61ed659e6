using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A small proxy on this machine that makes tunnels (CONNECT); whatever host is named, it is this machine.</summary>
public sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _work;

    public TunnelProxy()
    {
        _listener.Start();
        _work = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The first line of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _work;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        var tunnels = new List<Task>();
        try
        {
            while (true)
            {
                tunnels.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(tunnels);
        }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using TcpClient client = near;
        using var server = new TcpClient();
        try
        {
            string[] words = (await HeadAsync(near.GetStream())).Split(' ');
            Requests.Enqueue($"{words[0]} {words[1]}");
            await server.ConnectAsync(IPAddress.Loopback, int.Parse(words[1].Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), _ending.Token);
            await near.GetStream().WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _ending.Token);
            await Task.WhenAny(near.GetStream().CopyToAsync(server.GetStream(), _ending.Token), server.GetStream().CopyToAsync(near.GetStream(), _ending.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // A tunnel that broke is no matter of the proxy's.
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _ending.Token);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
