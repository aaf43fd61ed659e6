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

    /// <summary>True where it stands in because no connection was made.</summary>
    public bool IsDefault { get; }

    /// <summary>The service behind the connection.</summary>
    public IImageService Service { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind}: {Location}";
}
