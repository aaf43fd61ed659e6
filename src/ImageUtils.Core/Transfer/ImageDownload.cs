using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>The data of one image on their way into one file: counted, hashed and held against what was promised.</summary>
internal sealed class ImageDownload
{
    private readonly OperationContext _context;
    private readonly IImageService _service;
    private readonly ServiceImage _image;
    private readonly HashPromise _promise;
    private readonly string? _localPath;

    /// <summary>Makes the download.</summary>
    /// <param name="context">Settings, log, progress.</param>
    /// <param name="service">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="promise">The hashes that the data must have.</param>
    /// <param name="localPath">A file that has the data already; null: the service is asked for them.</param>
    public ImageDownload(OperationContext context, IImageService service, ServiceImage image, HashPromise promise, string? localPath = null)
    {
        _localPath = localPath;
        _context = context;
        _service = service;
        _image = image;
        _promise = promise;
    }

    /// <summary>Refuses an image that has no data to give.</summary>
    public static void RequireActive(ServiceImage image)
    {
        if (!string.Equals(image.Status, ImageVocabulary.Active, StringComparison.Ordinal))
        {
            throw new ImageDownloadFailedException(image.ImageId, $"its status is {image.Status}, not active.");
        }
    }

    /// <summary>Receives the data.</summary>
    /// <param name="destination">Where they go; empty.</param>
    /// <param name="folder">The folder it is in, for the check of space and for errors.</param>
    /// <param name="inspection">What the data must be, judged by their beginning; null: nothing is asked of them here.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <returns>The number of bytes and their hash.</returns>
    /// <exception cref="ImageUnacceptableException">The beginning of the data is refused; the rest was not received.</exception>
    /// <exception cref="ImageTooBigException">There is no room.</exception>
    /// <exception cref="ImageDownloadFailedException">The data broke off, or are more or fewer than the service said.</exception>
    /// <exception cref="DigestMismatchException">The data have another hash than was promised.</exception>
    public async Task<(long Size, ContentHash Hash)> ReceiveAsync(Stream destination, string folder, InspectionRequest? inspection, CancellationToken cancellationToken)
    {
        RequireSpace(folder);
        using var hasher = new ContentHasher(_promise.Algorithms);
        var copy = new ContentCopy
        {
            OnReadError = e => new ImageDownloadFailedException(_image.ImageId, e.Message, e),
            OnWriteError = e => ExplainWrite(e, folder),
            Limit = _image.Size,
            OnPiece = EarlyRefusal.Of(_context.Inspector, inspection, $"image {_image.ImageId}", _image.Size, cancellationToken),
            Progress = new ProgressMeter(_context.Progress, $"Downloading image {_image.ImageId}", _image.Size),
        };
        Stream source = await OpenAsync(cancellationToken).ConfigureAwait(false);
        long size;
        await using (source.ConfigureAwait(false))
        {
            size = await copy.RunAsync(source, destination, hasher, cancellationToken).ConfigureAwait(false);
        }

        if (_image.Size is long promised && size != promised)
        {
            string came = size > promised ? "more came" : string.Create(CultureInfo.InvariantCulture, $"only {size} came");
            throw new ImageDownloadFailedException(_image.ImageId, string.Create(CultureInfo.InvariantCulture, $"the image service announced {promised} bytes and {came}."));
        }

        return (size, _promise.Verify(hasher, $"image {_image.ImageId}"));
    }

    /// <summary>What a full disk means for a download (cinder's words).</summary>
    public ImageTooBigException NoSpace(string folder, Exception cause) =>
        new(_image.ImageId, $"No space left in image_conversion_dir path ({folder}) while fetching image {_image.ImageId}.", cause);

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _localPath is not null
                ? TemporaryImageFile.OpenRead(_localPath)
                : await _service.OpenDataAsync(_image.ImageId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageDownloadFailedException(_image.ImageId, e.Message, e);
        }
    }

    private void RequireSpace(string folder)
    {
        // As in cinder's check_available_space, room for exactly as much is too little.
        if (_image.Size is > 0 and long needed && DiskSpace.AvailableBytes(folder) is long free && free <= needed)
        {
            throw new ImageTooBigException(
                _image.ImageId,
                string.Create(CultureInfo.InvariantCulture, $"There is no space to fetch the image into {folder}. Requested: {needed}, available: {free}."));
        }
    }

    private ImageUtilsException ExplainWrite(IOException e, string folder) =>
        DiskSpace.IsNoSpace(e) ? NoSpace(folder, e) : new ImageDownloadFailedException(_image.ImageId, e.Message, e);
}
