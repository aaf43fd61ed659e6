using System.Net;
using System.Net.Sockets;
using ImageUtils.Errors;

namespace ImageUtils.Services.Web;

/// <summary>
/// Where a server may send us. A redirect never leads to another scheme, to this machine or to the local link (where clouds
/// keep their secrets, 169.254.169.254), unless that host was the one that was asked for. What counts is the address that is
/// connected to, not the name, which can mean another one a moment later (CWE-918).
/// </summary>
internal sealed class WebRedirects
{
    private readonly bool _allowsAny;

    public WebRedirects(bool allowsAny) => _allowsAny = allowsAny;

    /// <summary>Finds the next address.</summary>
    /// <param name="asked">The address that the user named.</param>
    /// <param name="current">The address that answered.</param>
    /// <param name="location">Where it sends us.</param>
    /// <returns>The address, absolute.</returns>
    /// <exception cref="ImageDownloadFailedException">It may not be followed.</exception>
    public Uri Follow(Uri asked, Uri current, Uri location)
    {
        Uri next = location.IsAbsoluteUri ? location : new Uri(current, location);
        if (next.Scheme is not ("http" or "https") || next.UserInfo.Length > 0)
        {
            throw new ImageDownloadFailedException(asked.AbsoluteUri, $"the server redirects to an address of the scheme '{next.Scheme}' or with a password, which is not followed.");
        }

        if (!_allowsAny && !string.Equals(next.Scheme, current.Scheme, StringComparison.Ordinal))
        {
            throw new ImageDownloadFailedException(asked.AbsoluteUri, $"the server redirects from {current.Scheme} to {next.Scheme} ({next.GetLeftPart(UriPartial.Path)}), which is not followed. Name that address itself if it is meant.");
        }

        if (!_allowsAny && IPAddress.TryParse(next.IdnHost.Trim('[', ']'), out IPAddress? literal) && IsLocal(literal) && !IsAsked(asked.IdnHost, next.IdnHost))
        {
            throw Refuse(asked.AbsoluteUri, next.IdnHost);
        }

        return next;
    }

    /// <summary>
    /// Connects to what a name means now, if that may be connected to. Only requests that were redirected to another host than
    /// the one asked for come here, with connections of their own: one that was made for the host asked for is never theirs.
    /// </summary>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        Uri? target = context.InitialRequestMessage.RequestUri;

        // A proxy may well be on this machine; what the name means is then for the proxy to say. The request for a tunnel is to it.
        bool isTunnel = context.InitialRequestMessage.Method == HttpMethod.Connect;
        if (!isTunnel && target is not null && IsAsked(target.IdnHost, host) && Array.Exists(addresses, IsLocal))
        {
            throw Refuse(target.AbsoluteUri, host);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>This machine, the local link, and what stands for either.</summary>
    internal static bool IsLocal(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain) || plain.Equals(IPAddress.Any) || plain.Equals(IPAddress.IPv6Any) || plain.IsIPv6LinkLocal)
        {
            return true;
        }

        byte[] bytes = plain.GetAddressBytes();
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? bytes[0] is 0 or 127 || bytes is [169, 254, ..]
            : Inner(bytes) is { } inner && IsLocal(inner);
    }

    /// <summary>The IPv4 address that an IPv6 address stands for: compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).</summary>
    private static IPAddress? Inner(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ..] => new IPAddress(bytes[12..]),
        [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ..] => new IPAddress(bytes[12..]),
        [0x20, 0x02, ..] => new IPAddress(bytes[2..6]),
        _ => null,
    };

    /// <summary>True where a host is the one that was asked for.</summary>
    public static bool IsAsked(string asked, string host) => string.Equals(asked.Trim('[', ']'), host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);

    private static ImageDownloadFailedException Refuse(string asked, string host) =>
        new(asked, $"the server redirects to '{host}', which is this machine or on the local link; that is not followed.");
}
