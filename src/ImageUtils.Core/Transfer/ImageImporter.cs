using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Web;

namespace ImageUtils.Transfer;

/// <summary>
/// Has an image service import data into a queued image. What can be refused is refused before anything moves: a service without
/// the method, a store that takes nothing, a file that is not what the image claims.
/// </summary>
public sealed class ImageImporter
{
    private readonly OperationContext _context;
    private readonly IImageService _service;

    /// <summary>Makes the importer.</summary>
    /// <param name="context">Settings, inspector, progress.</param>
    /// <param name="service">Where the image is.</param>
    public ImageImporter(OperationContext context, IImageService service)
    {
        _context = context;
        _service = service;
    }

    /// <summary>Imports into one image, and waits for the end.</summary>
    /// <param name="request">Which image, and what becomes its data.</param>
    /// <param name="cancellationToken">Ends it; what the service has begun on its own time it goes on with.</param>
    /// <returns>The image, active.</returns>
    /// <exception cref="ArgumentException">A file and an address are both given.</exception>
    /// <exception cref="NotSupportedOperationException">The service has no imports, or not by this method; nothing was read.</exception>
    /// <exception cref="InvalidAddressException">The address is not of http or https, or holds a password.</exception>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="StoreNotFoundException">The service has no such store.</exception>
    /// <exception cref="StoreReadOnlyException">The store takes no images.</exception>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageUnacceptableException">The file is unsafe, or not what the image claims to be; nothing was sent.</exception>
    /// <exception cref="ImageStatusConflictException">The image's status does not allow it.</exception>
    /// <exception cref="ImageUploadFailedException">The line broke, or the import failed.</exception>
    /// <exception cref="DigestMismatchException">The service holds as many bytes as were sent, and others.</exception>
    public async Task<ServiceImage> ImportAsync(ImageImportRequest request, CancellationToken cancellationToken)
    {
        if (request is { SourcePath: not null, Address: not null })
        {
            throw new ArgumentException("Name either a file or an address.", nameof(request));
        }

        IImageImports imports = _service.RequireImports();
        ImageImport import = new()
        {
            Method = request.Address is null ? ImageImport.GlanceDirect : ImageImport.WebDownload,
            Source = request.Address is null ? null : WebImageService.Parse(request.Address),
            StoreIds = request.StoreIds,
        };
        await RequireMethodAsync(imports, import.Method, cancellationToken).ConfigureAwait(false);
        ServiceImage image = await _service.GetAsync(request.ImageId, cancellationToken).ConfigureAwait(false);
        foreach (string storeId in request.StoreIds)
        {
            await _service.ValidateStoreAsync(storeId, cancellationToken).ConfigureAwait(false);
        }

        if (request.SourcePath is null)
        {
            return await imports.RunAsync(image.ImageId, import, cancellationToken).ConfigureAwait(false);
        }

        ImageClaim.JudgeFile(image, request.SourcePath, _context, cancellationToken);
        PublishContent content = PublishContent.OfFile(request.SourcePath, virtualSize: null);
        await using (content.ConfigureAwait(false))
        {
            return await new ImageUpload(_context, _service).ImportAsync(image, content, imports, import, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RequireMethodAsync(IImageImports imports, string method, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> methods = await imports.ListMethodsAsync(cancellationToken).ConfigureAwait(false);
        if (!methods.Contains(method, StringComparer.Ordinal))
        {
            string offered = methods.Count == 0 ? "no import at all" : string.Join(", ", methods);
            throw new NotSupportedOperationException($"The image service {_service.Location} does not import by {method}; it offers {offered}.");
        }
    }
}
