namespace ImageUtils.Services.Http;

/// <summary>How services are reached over the network.</summary>
public sealed record TransportSettings
{
    /// <summary>Nothing special: the system's trust, its proxy, default times.</summary>
    public static TransportSettings Default { get; } = new();

    /// <summary>The full path of a PEM file with the authorities that are trusted instead of the system's; null: the system's.</summary>
    public string? CaCertificatePath { get; init; }

    /// <summary>The full path of a client certificate (PEM, or PKCS #12 without a password); null: none.</summary>
    public string? ClientCertificatePath { get; init; }

    /// <summary>The full path of its private key, where that stands in a file of its own (PEM).</summary>
    public string? ClientKeyPath { get; init; }

    /// <summary>True: any certificate of a server is accepted.</summary>
    public bool SkipCertificateCheck { get; init; }

    /// <summary>The proxy; null: the system's own (the variables http_proxy, https_proxy, no_proxy).</summary>
    public Uri? Proxy { get; init; }

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long no byte may come or go; never the whole transfer. An upload's last answer may take five times as long, since a store may have to make room.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);
}
