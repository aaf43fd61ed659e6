using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// Converts an image of a service (Glance's convert task). Its data are fetched with their hash checked, judged as what the
/// record says they are, converted in the folder TaskWorkDirectory and inspected again. Where the service can replace data,
/// they get the place of the old ones in one step; where it cannot, they become a new image, of which the service was asked
/// before any work. The original is untouched until then, and stays where anything fails.
/// </summary>
public sealed class ServiceImageConverter
{
    // What a signature says is true of the data that were signed, and Glance refuses other data under it.
    private const string SignatureProperties = "img_signature";

    private readonly OperationContext _context;
    private readonly IImageService _service;
    private readonly IImageConverter _converter;

    /// <summary>Makes the converter.</summary>
    /// <param name="context">Settings, inspector, progress.</param>
    /// <param name="service">Where the image is.</param>
    /// <param name="converter">Who converts; null: qemu-img and our own engines, in the folder of the option TaskWorkDirectory.</param>
    public ServiceImageConverter(OperationContext context, IImageService service, IImageConverter? converter = null)
    {
        ImageUtilsOptions options = context.Options;
        _context = context with { Options = options with { ImageConversionDirectory = options.TaskWorkDirectory ?? options.ImageConversionDirectory } };
        _service = service;
        _converter = converter ?? new ImageConverter(_context);
    }

    /// <summary>Converts one image.</summary>
    /// <param name="request">Which image, and what it becomes.</param>
    /// <param name="cancellationToken">Ends it; the image stays as it was, and nothing is left.</param>
    /// <returns>The converted image: the same id where the service can replace data, else a new one. An image that has the format already, or is an ISO, is returned as it is, with a warning.</returns>
    /// <exception cref="DiskFormatNotFoundException">There is no such format.</exception>
    /// <exception cref="InvalidImagePropertyException">Image services know no such disk format.</exception>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="ImageDownloadFailedException">It is not active, or its data did not come whole.</exception>
    /// <exception cref="ImageProtectedException">The original shall go and is protected; nothing was done.</exception>
    /// <exception cref="NotSupportedOperationException">Nobody writes that format, or the image holds no disk; nothing was done.</exception>
    /// <exception cref="NotAuthorizedException">The service takes no new image from the caller; nothing was done.</exception>
    /// <exception cref="RequestRefusedException">The service does not take the new image's definition; nothing was done.</exception>
    /// <exception cref="ToolNotFoundException">qemu-img is needed and missing; nothing was done.</exception>
    /// <exception cref="ImageConversionNotAllowedException">Conversion is disabled; nothing was done.</exception>
    /// <exception cref="ImageUnacceptableException">The image is unsafe, or not what its record says.</exception>
    /// <exception cref="SignatureInvalidException">Its data are not what was signed.</exception>
    /// <exception cref="SignatureIncompleteException">Its signature lacks a part; nothing was done.</exception>
    /// <exception cref="DigestMismatchException">Its data have another hash than the service promised, or the service holds other data than were sent.</exception>
    /// <exception cref="ConversionFailedException">There is no good result.</exception>
    /// <exception cref="ImageStatusConflictException">Its data were replaced meanwhile.</exception>
    public async Task<ServiceImage> ConvertAsync(ServiceImageConversionRequest request, CancellationToken cancellationToken)
    {
        DiskFormat format = DiskFormat.Parse(request.OutputFormat);
        string diskFormat = ImageRules.GlanceDiskFormat(format.Name);
        ServiceImage image = await _service.GetAsync(request.ImageId, cancellationToken).ConfigureAwait(false);
        ImageDownload.RequireActive(image);
        if (ReasonToLeave(image, diskFormat) is { } reason)
        {
            _context.Log.Warning($"Image {image.ImageId} is left as it is: {reason}");
            return image;
        }

        RequireDisk(image);
        if (request.RemoveOriginal && image.Protected && !_service.ReplacesData)
        {
            throw new ImageProtectedException(image.ImageId);
        }

        return _service.ReplacesData
            ? await ReplaceAsync(request, image, format, cancellationToken).ConfigureAwait(false)
            : await MakeAnewAsync(request, image, format, cancellationToken).ConfigureAwait(false);
    }

    private static string? ReasonToLeave(ServiceImage image, string diskFormat) => image switch
    {
        { DiskFormat: "iso" } => "it is an ISO, which is not converted.",
        { DiskFormat: { } now, ContainerFormat: not ("ovf" or ImageVocabulary.Compressed) } when string.Equals(now, diskFormat, StringComparison.Ordinal) => $"it is {now} already.",
        _ => null,
    };

    private static void RequireDisk(ServiceImage image)
    {
        if (image.DiskFormat is "ami" or "ari" or "aki" || (ImageClaim.IsWrapped(image) && !image.IsXenServer && !CompressedImage.Is(image.ContainerFormat)))
        {
            throw new NotSupportedOperationException(
                $"Image {image.ImageId} (disk_format {image.DiskFormat}, container_format {image.ContainerFormat}) is not a disk that could be converted.");
        }
    }

    private async Task<ServiceImage> ReplaceAsync(ServiceImageConversionRequest request, ServiceImage image, DiskFormat format, CancellationToken cancellationToken)
    {
        using TemporaryImageFile file = new ConversionDirectory(_context.Options).CreateForUpload();
        long virtualSize = await ConvertAsync(request, image, format, file.Path, cancellationToken).ConfigureAwait(false);
        var replacement = new ImageReplacement { Original = image, DiskFormat = format.Name, RemoveProperties = OutdatedProperties(image) };
        PublishContent content = PublishContent.OfFile(file.Path, virtualSize);
        await using (content.ConfigureAwait(false))
        {
            return await new ImageUpload(_context, _service).ReplaceAsync(content, replacement, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ServiceImage> MakeAnewAsync(ServiceImageConversionRequest request, ServiceImage image, DiskFormat format, CancellationToken cancellationToken)
    {
        var upload = new ImageUpload(_context, _service);
        string? store = await FindStoreAsync(image, cancellationToken).ConfigureAwait(false);

        // Made first: whether the server takes such an image is better known before its gigabytes move.
        ServiceImage made = await _service.CreateAsync(DefinitionOf(image, format), cancellationToken).ConfigureAwait(false);
        ServiceImage result;
        try
        {
            using TemporaryImageFile file = new ConversionDirectory(_context.Options).CreateForUpload();
            long virtualSize = await ConvertAsync(request, image, format, file.Path, cancellationToken).ConfigureAwait(false);
            PublishContent content = PublishContent.OfFile(file.Path, virtualSize);
            await using (content.ConfigureAwait(false))
            {
                (result, _) = await upload.SendAsync(made.ImageId, content, new ImageUploadOptions { StoreId = store }, cancellationToken).ConfigureAwait(false);
            }

            if (image.Protected)
            {
                result = await _service.UpdateAsync(made.ImageId, new ImageChanges { Protected = true }, cancellationToken).ConfigureAwait(false);
            }
        }
        catch
        {
            await upload.RemoveAsync(made.ImageId).ConfigureAwait(false);
            throw;
        }

        if (request.RemoveOriginal)
        {
            await RemoveOriginalAsync(image, result, cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>Fetches and converts; both judge, and what one of them refuses is not written anywhere.</summary>
    private async Task<long> ConvertAsync(ServiceImageConversionRequest request, ServiceImage image, DiskFormat format, string path, CancellationToken cancellationToken)
    {
        var fetch = new VolumeFetchRequest
        {
            ImageId = image.ImageId,
            DestinationPath = path,
            OutputFormat = format,
            RunAsRoot = request.RunAsRoot,
            Force = true,
        };
        return (await new VolumeFetcher(_context, _service, _converter).FetchAsync(fetch, cancellationToken).ConfigureAwait(false)).VirtualSize;
    }

    private NewServiceImage DefinitionOf(ServiceImage image, DiskFormat format)
    {
        IReadOnlyList<string> outdated = OutdatedProperties(image);
        if (image.Visibility is "shared")
        {
            _context.Log.Warning($"The projects with which image {image.ImageId} is shared are not shared the converted image.");
        }

        return new NewServiceImage
        {
            Name = image.Name,
            DiskFormat = format.Name,
            ContainerFormat = ImageVocabulary.Bare,
            MinDisk = image.MinDisk,
            MinRam = image.MinRam,
            Visibility = image.Visibility,
            Tags = image.Tags,

            // Those of the service itself (os_glance_…, os_hidden) belong to the other image.
            Properties = image.Properties
                .Where(property => !outdated.Contains(property.Key, StringComparer.Ordinal) && !property.Key.StartsWith(ImageVocabulary.ReservedPrefix, StringComparison.OrdinalIgnoreCase)
                    && !ImageVocabulary.BaseProperties.Contains(property.Key))
                .ToDictionary(property => property.Key, property => property.Value, StringComparer.Ordinal),
        };
    }

    private string[] OutdatedProperties(ServiceImage image)
    {
        string[] outdated = [.. image.Properties.Keys.Where(name => name.StartsWith(SignatureProperties, StringComparison.Ordinal) || name is "signature_verified")];
        if (outdated.Length > 0)
        {
            _context.Log.Warning($"Image {image.ImageId} is signed; the signature is not one of the converted data and is left out.");
        }

        return outdated;
    }

    /// <summary>The store that the original is in, where it takes images; null: the default one.</summary>
    private async Task<string?> FindStoreAsync(ServiceImage image, CancellationToken cancellationToken)
    {
        if (image.Stores.Count == 0)
        {
            return null;
        }

        IReadOnlyList<ImageStore> stores = await _service.ListStoresAsync(cancellationToken).ConfigureAwait(false);
        return stores.FirstOrDefault(store => !store.IsReadOnly && string.Equals(store.StoreId, image.Stores[0], StringComparison.Ordinal))?.StoreId;
    }

    private async Task RemoveOriginalAsync(ServiceImage image, ServiceImage result, CancellationToken cancellationToken)
    {
        try
        {
            await _service.DeleteAsync(image.ImageId, cancellationToken).ConfigureAwait(false);
        }
        catch (ImageUtilsException e)
        {
            // The new image is good, and taking it away again would help nobody.
            _context.Log.Warning($"Image {image.ImageId} was converted into image {result.ImageId} and could not be deleted: {e.Message}");
        }
    }
}
