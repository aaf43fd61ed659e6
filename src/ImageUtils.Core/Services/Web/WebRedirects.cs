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
    private static readonly HttpRequestOptionsKey<string> AskedHost = new("asked-host");

    private readonly bool _allowsAny;

    public WebRedirects(bool allowsAny) => _allowsAny = allowsAny;

    /// <summary>Remembers with a request which host its user named.</summary>
    public static void Mark(HttpRequestMessage request, Uri asked) => request.Options.Set(AskedHost, asked.IdnHost);

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

    /// <summary>Connects to what a name means now, if that may be connected to.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        string host = context.DnsEndPoint.Host;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        if (context.InitialRequestMessage.Options.TryGetValue(AskedHost, out string? asked) && !_allowsAny && !IsAsked(asked, host) && Array.Exists(addresses, IsLocal))
        {
            throw Refuse(asked, host);
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
        return plain.AddressFamily == AddressFamily.InterNetwork && (bytes[0] is 0 or 127 || bytes is [169, 254, ..]);
    }

    private static bool IsAsked(string asked, string host) => string.Equals(asked.Trim('[', ']'), host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);

    private static ImageDownloadFailedException Refuse(string asked, string host) =>
        new(asked, $"the server redirects to '{host}', which is this machine or on the local link; that is not followed.");
}
