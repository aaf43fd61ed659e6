using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;

namespace ImageUtils.Transfer;

/// <summary>Content on its way into an image: hashed as it goes, and held against what the service says it got.</summary>
internal sealed class ImageUpload
{
    private readonly OperationContext _context;
    private readonly IImageService _service;

    public ImageUpload(OperationContext context, IImageService service)
    {
        _context = context;
        _service = service;
    }

    /// <summary>Uploads. An image that was made for it goes again where the upload fails.</summary>
    /// <returns>The image as it is now, and the hash of what was sent.</returns>
    public async Task<(ServiceImage Image, ContentHash Hash)> SendAsync(
        PublishTarget target,
        PublishContent content,
        PublishRequest request,
        CancellationToken cancellationToken)
    {
        string imageId = target.ImageId
            ?? (await _service.CreateAsync(target.NewImage!, cancellationToken).ConfigureAwait(false)).ImageId;
        var options = new ImageUploadOptions { StoreId = request.StoreId, BaseImageId = request.BaseImageId };
        try
        {
            return await SendAsync(imageId, content, options, cancellationToken).ConfigureAwait(false);
        }
        catch when (target.ImageId is null)
        {
            await RemoveAsync(imageId).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Uploads into a queued image.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="content">The data.</param>
    /// <param name="options">Store and base image.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The image as it is now, and the hash of what was sent.</returns>
    public Task<(ServiceImage Image, ContentHash Hash)> SendAsync(string imageId, PublishContent content, ImageUploadOptions options, CancellationToken cancellationToken)
    {
        options = options with { Size = content.Size, VirtualSize = content.VirtualSize };
        return SendAsync(imageId, content, stream => _service.UploadAsync(imageId, stream, options, cancellationToken));
    }

    /// <summary>Gives an active image other data.</summary>
    /// <param name="content">The new data.</param>
    /// <param name="replacement">What they are, and the image that they replace.</param>
    /// <param name="cancellationToken">Ends it; the image stays as it was.</param>
    /// <returns>The image as it is now.</returns>
    public async Task<ServiceImage> ReplaceAsync(PublishContent content, ImageReplacement replacement, CancellationToken cancellationToken)
    {
        string imageId = replacement.Original.ImageId;
        replacement = replacement with { Size = content.Size, VirtualSize = content.VirtualSize };
        return (await SendAsync(imageId, content, stream => _service.ReplaceDataAsync(imageId, stream, replacement, cancellationToken)).ConfigureAwait(false)).Image;
    }

    /// <summary>Brings data to where the service imports them from, and has it do so.</summary>
    /// <param name="image">The queued image.</param>
    /// <param name="content">The data.</param>
    /// <param name="imports">The service's imports.</param>
    /// <param name="import">How they are imported.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The image, active.</returns>
    public async Task<ServiceImage> ImportAsync(ServiceImage image, PublishContent content, IImageImports imports, ImageImport import, CancellationToken cancellationToken) =>
        (await SendAsync(
            image.ImageId,
            content,
            async stream =>
            {
                await imports.StageAsync(image.ImageId, stream, content.Size, cancellationToken).ConfigureAwait(false);
                return await imports.RunAsync(image.ImageId, import, cancellationToken).ConfigureAwait(false);
            },
            mayConvert: true).ConfigureAwait(false)).Image;

    /// <summary>Deletes an image that was made for data that did not arrive.</summary>
    /// <param name="imageId">The image.</param>
    /// <returns>A task that ends with the deletion; where that fails, a warning is all.</returns>
    public async Task RemoveAsync(string imageId)
    {
        try
        {
            await _service.DeleteAsync(imageId, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The failure of the upload is what the caller hears.
            _context.Log.Warning($"The image {imageId}, made for an upload that failed, could not be deleted: {e.Message}");
        }
    }

    private async Task<(ServiceImage Image, ContentHash Hash)> SendAsync(string imageId, PublishContent content, Func<Stream, Task<ServiceImage>> send, bool mayConvert = false)
    {
        // The service says only afterwards which hash it keeps; Glance's default is sha512, its checksum always MD5.
        using var hasher = new ContentHasher(HashAlgorithms.Md5, HashAlgorithms.Sha512);
        var progress = new ProgressMeter(_context.Progress, $"Uploading image {imageId}", content.Size);
        var stream = new HashingStream(content.Stream, hasher, progress);
        await using (stream.ConfigureAwait(false))
        {
            ServiceImage image = await send(stream).ConfigureAwait(false);
            progress.Finish(stream.BytesRead);
            if (mayConvert && image.Size != stream.BytesRead)
            {
                // An import does with data what its operator wants, and that can be another format.
                _context.Log.Verbose(string.Create(CultureInfo.InvariantCulture, $"The image service made {image.Size} bytes ({image.DiskFormat}) of the {stream.BytesRead} that were sent."));
            }
            else
            {
                Compare(image, stream.BytesRead, hasher);
            }

            return (image, hasher.Current(HashAlgorithms.Sha512));
        }
    }

    private void Compare(ServiceImage image, long sent, ContentHasher hasher)
    {
        if (image.Size is long kept && kept != sent)
        {
            throw new ImageUploadFailedException(image.ImageId, string.Create(CultureInfo.InvariantCulture, $"{sent} bytes were sent and the image service holds {kept}."));
        }

        (string? algorithm, string? value) = HashAlgorithms.TryParse(image.OsHashAlgo, out string own) && hasher.Computes(own)
            ? (own, image.OsHashValue)
            : (HashAlgorithms.Md5, image.Checksum);
        if (string.IsNullOrEmpty(value))
        {
            _context.Log.Warning($"The image service named no hash of image {image.ImageId} that could be compared.");
            return;
        }

        ContentHash actual = hasher.Current(algorithm);
        if (!string.Equals(actual.Value, value.Trim(), StringComparison.OrdinalIgnoreCase))
        {
            // What left here is what was expected; what the service keeps is the other one.
            throw new DigestMismatchException($"image {image.ImageId}", algorithm, actual.Value, value);
        }
    }
}
