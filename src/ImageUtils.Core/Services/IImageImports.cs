namespace ImageUtils.Services;

/// <summary>Imports: data are staged at the service or fetched by it, and it does with them what its operator wants.</summary>
public interface IImageImports
{
    /// <summary>The methods that the service offers.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Names such as glance-direct; empty: it has no import.</returns>
    Task<IReadOnlyList<string>> ListMethodsAsync(CancellationToken cancellationToken);

    /// <summary>Brings data to the service for an import by glance-direct.</summary>
    /// <param name="imageId">The queued image.</param>
    /// <param name="data">The data, read to the end.</param>
    /// <param name="size">The number of bytes; null: not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when the service has them.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="Errors.ImageStatusConflictException">It is not queued.</exception>
    /// <exception cref="Errors.ImageUploadFailedException">The line broke.</exception>
    Task StageAsync(string imageId, Stream data, long? size, CancellationToken cancellationToken);

    /// <summary>Has an image imported, and waits for the end.</summary>
    /// <param name="imageId">The image: queued for web-download, staged for glance-direct.</param>
    /// <param name="import">How.</param>
    /// <param name="cancellationToken">Ends the wait; the service goes on with what it has begun.</param>
    /// <returns>The image, active.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="Errors.ImageStatusConflictException">Its status does not allow it.</exception>
    /// <exception cref="Errors.RequestRefusedException">The service does not take the method, the address or the store.</exception>
    /// <exception cref="Errors.ImageUploadFailedException">The import failed.</exception>
    Task<ServiceImage> RunAsync(string imageId, ImageImport import, CancellationToken cancellationToken);

    /// <summary>What the service does and did with an image on its own time, newest first.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The tasks; empty where the service (before Image API 2.12) does not tell.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    Task<IReadOnlyList<ImageTask>> ListTasksAsync(string imageId, CancellationToken cancellationToken);
}
