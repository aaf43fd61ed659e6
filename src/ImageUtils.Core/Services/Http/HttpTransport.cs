using System.Net;
using System.Net.Security;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;

namespace ImageUtils.Services.Http;

/// <summary>Makes the one client of a connection.</summary>
internal static class HttpTransport
{
    private const int LargestHeadersKiB = 64;

    /// <summary>What we call ourselves.</summary>
    public static string UserAgent { get; } =
        $"ImageUtils/{typeof(HttpTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}";

    /// <summary>Makes a client that follows no redirect, keeps no cookie, and has no limit for a whole transfer.</summary>
    /// <param name="settings">How services are reached.</param>
    /// <param name="connect">Makes a connection; null: the usual way.</param>
    /// <exception cref="Errors.InvalidOptionException">A file of certificates cannot be used.</exception>
    public static HttpClient Create(TransportSettings settings, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null)
    {
        var handler = new SocketsHttpHandler
        {
            // A redirect could carry the token to somebody else; the one who sends decides.
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = settings.ConnectTimeout,
            Expect100ContinueTimeout = TimeSpan.FromSeconds(2),
            MaxResponseHeadersLength = LargestHeadersKiB,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            SslOptions = CreateTls(settings),
            ConnectCallback = connect,
        };
        if (settings.Proxy is { } proxy)
        {
            handler.Proxy = new WebProxy(proxy);
        }

        var client = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(UserAgent);
        return client;
    }

    private static SslClientAuthenticationOptions CreateTls(TransportSettings settings)
    {
        var tls = new SslClientAuthenticationOptions();
        if (settings.SkipCertificateCheck)
        {
#pragma warning disable CA5359 // Asked for by the user, by name.
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.CaCertificatePath is { } authorities)
        {
            // As for every OpenStack client: a file of authorities stands in for the system's.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(CertificateFiles.ReadAuthorities(authorities));
            tls.CertificateChainPolicy = policy;
        }

        if (settings.ClientCertificatePath is { } certificate)
        {
            tls.ClientCertificates = [CertificateFiles.ReadClient(certificate, settings.ClientKeyPath)];
        }

        return tls;
    }
}
