using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A small proxy that makes tunnels (CONNECT); whatever host is named, it is this machine.</summary>
public sealed class TunnelProxy : LocalProxy
{
    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Method and target of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    protected override async Task CarryAsync(NetworkStream near, TcpClient server)
    {
        string[] words = (await HeadAsync(near)).Split(' ');
        Requests.Enqueue($"{words[0]} {words[1]}");
        await server.ConnectAsync(IPAddress.Loopback, int.Parse(words[1].Split(':')[1], CultureInfo.InvariantCulture), Ending);
        await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), Ending);
        await Task.WhenAny(near.CopyToAsync(server.GetStream(), Ending), server.GetStream().CopyToAsync(near, Ending));
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, Ending);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
