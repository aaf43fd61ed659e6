using System.Net.Sockets;
using ImageUtils.Core.Tests.Support;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>A line on this machine to a real server, which ends its first connections after so many bytes came back.</summary>
public sealed class CuttingProxy(Uri target, int cuts, long cutAfter) : LocalProxy
{
    private long _bytes;
    private int _cuts = cuts;

    /// <summary>What the server gave, headers included.</summary>
    public long BytesBack => Interlocked.Read(ref _bytes);

    /// <summary>How many connections may still be cut.</summary>
    public int CutsLeft => Volatile.Read(ref _cuts);

    /// <summary>The server's address by way of this line.</summary>
    public Uri Address => new UriBuilder(target) { Host = "127.0.0.1", Port = Port }.Uri;

    protected override async Task CarryAsync(NetworkStream near, TcpClient server)
    {
        await server.ConnectAsync(target.Host, target.Port, Ending);
        Task up = near.CopyToAsync(server.GetStream(), Ending);
        await BackAsync(server.GetStream(), near);
        near.Socket.Shutdown(SocketShutdown.Both);
        server.Client.Shutdown(SocketShutdown.Both);
        await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task BackAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[1 << 16];
        long came = 0;
        int count;
        while ((count = await from.ReadAsync(buffer, Ending)) > 0)
        {
            came += count;
            Interlocked.Add(ref _bytes, count);
            await to.WriteAsync(buffer.AsMemory(0, count), Ending);
            if (came >= cutAfter && Interlocked.Decrement(ref _cuts) >= 0)
            {
                return;
            }
        }
    }
}
