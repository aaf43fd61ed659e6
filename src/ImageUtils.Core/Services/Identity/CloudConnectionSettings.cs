using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>What a connection to a cloud is made of.</summary>
public sealed record CloudConnectionSettings
{
    /// <summary>Who the caller is; nobody in particular where services ask nobody.</summary>
    public IdentitySettings Identity { get; init; } = new();

    /// <summary>The service that asks on the caller's behalf, whose token goes along as X-Service-Token; null: none.</summary>
    public IdentitySettings? ServiceIdentity { get; init; }

    /// <summary>The addresses of the image service, tried in turn; empty: those of the catalogue.</summary>
    public IReadOnlyList<Uri> ImageEndpoints { get; init; } = [];

    /// <summary>The address of the key manager; null: that of the catalogue.</summary>
    public Uri? KeyManagerEndpoint { get; init; }

    /// <summary>The full path of a folder of signers' certificates, which counts instead of the key manager; null: none.</summary>
    public string? CertificateDirectory { get; init; }

    /// <summary>The region; null: the first that has the service.</summary>
    public string? Region { get; init; }

    /// <summary>public, internal or admin.</summary>
    public string Interface { get; init; } = ServiceInterface.Public;

    /// <summary>How often a request is sent again after a broken connection or a 503 (cinder: glance_num_retries).</summary>
    public int RetryCount { get; init; } = 3;

    /// <summary>Certificates, proxy, times.</summary>
    public TransportSettings Transport { get; init; } = TransportSettings.Default;

    /// <summary>Waits between two tries.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;

    /// <summary>Takes over what a cloud of clouds.yaml says.</summary>
    /// <param name="profile">The cloud.</param>
    /// <returns>The settings.</returns>
    public static CloudConnectionSettings From(CloudProfile profile) => new()
    {
        Identity = profile.Identity,
        ImageEndpoints = profile.ImageEndpoint is { } endpoint ? [endpoint] : [],
        KeyManagerEndpoint = profile.KeyManagerEndpoint,
        Region = profile.Region,
        Interface = profile.Interface,
        Transport = profile.Transport,
    };
}
