using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.Transfer;

/// <summary>Keeps a fetch from writing over the files of the very service that it fetches from.</summary>
internal static class OwnDestination
{
    /// <summary>Refuses a destination among the service's own files, before any work.</summary>
    /// <param name="service">Where the image comes from.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="path">The destination.</param>
    /// <exception cref="DestinationIsSourceException">It is the image's own data.</exception>
    /// <exception cref="DestinationUnwritableException">It is another file of the service, or stands among them.</exception>
    public static void Refuse(IImageService service, string imageId, string path)
    {
        if (service.IsDataOf(imageId, path))
        {
            throw new DestinationIsSourceException(path);
        }

        if (service.Owns(path))
        {
            throw new DestinationUnwritableException(path, $"It stands among the files of the image service {service.Location}.");
        }
    }
}
