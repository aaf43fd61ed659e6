using ImageUtils.Services;

namespace ImageUtils;

/// <summary>A connection to an image service, as <c>Connect-ImageService</c> hands it out.</summary>
public sealed class ImageServiceConnection
{
    /// <summary>Makes the connection.</summary>
    /// <param name="service">The service behind it.</param>
    /// <param name="isDefault">True where it was not made by the user but stands in for none.</param>
    public ImageServiceConnection(IImageService service, bool isDefault = false)
    {
        Service = service;
        IsDefault = isDefault;
    }

    /// <summary>What kind of service it is: <c>local</c> or <c>glance</c>.</summary>
    public string Kind => Service.Kind;

    /// <summary>The folder or the address.</summary>
    public string Location => Service.Location;

    /// <summary>The address of the image service; null: it is a folder.</summary>
    public string? Endpoint => Service.Account is null ? null : Service.Location;

    /// <summary>The project that the caller works for, by name or id; null: not known.</summary>
    public string? Project => Service.Account?.ProjectName ?? Service.Account?.ProjectId;

    /// <summary>The user, by name or id; null: not known.</summary>
    public string? User => Service.Account?.UserName ?? Service.Account?.UserId;

    /// <summary>The region that was asked for; null: none.</summary>
    public string? Region => Service.Account?.Region;

    /// <summary>When the token runs out, in UTC; where user and password are known, another one is got then. Null: not known.</summary>
    public DateTime? ExpiresAt => Service.Account?.ExpiresAt;

    /// <summary>True where it stands in because no connection was made.</summary>
    public bool IsDefault { get; }

    /// <summary>The service behind the connection.</summary>
    public IImageService Service { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Location}";
}
