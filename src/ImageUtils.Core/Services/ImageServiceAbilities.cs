using ImageUtils.Errors;

namespace ImageUtils.Services;

/// <summary>Refuses, before any work, what a service cannot do at all.</summary>
public static class ImageServiceAbilities
{
    /// <summary>The members of images.</summary>
    /// <param name="service">The image service.</param>
    /// <returns>Who lists and changes them.</returns>
    /// <exception cref="NotSupportedOperationException">The service knows no projects.</exception>
    public static IImageMembers RequireMembers(this IImageService service) =>
        service.Members ?? throw new NotSupportedOperationException($"The image service {service.Location} knows no projects with which an image could be shared.");

    /// <summary>The imports.</summary>
    /// <param name="service">The image service.</param>
    /// <returns>Who runs and lists them.</returns>
    /// <exception cref="NotSupportedOperationException">The service takes data only as they are uploaded.</exception>
    public static IImageImports RequireImports(this IImageService service) =>
        service.Imports ?? throw new NotSupportedOperationException($"The image service {service.Location} imports nothing on its own time; a volume is brought to it by an upload (publish).");
}
