using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>A cloud: who the caller is there, and how its services are found and reached.</summary>
public sealed record CloudProfile
{
    /// <summary>Its name in clouds.yaml, or <c>envvars</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Who the caller is.</summary>
    public required IdentitySettings Identity { get; init; }

    /// <summary>The region; null: the first that has the service.</summary>
    public string? Region { get; init; }

    /// <summary>public, internal or admin.</summary>
    public string Interface { get; init; } = ServiceInterface.Public;

    /// <summary>The address of the image service in place of the catalogue's; null: the catalogue's.</summary>
    public Uri? ImageEndpoint { get; init; }

    /// <summary>The address of the key manager in place of the catalogue's; null: the catalogue's.</summary>
    public Uri? KeyManagerEndpoint { get; init; }

    /// <summary>Certificates.</summary>
    public TransportSettings Transport { get; init; } = TransportSettings.Default;
}
