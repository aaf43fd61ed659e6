using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;
using ImageUtils.Transfer.Ranges;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Transfer;

/// <summary>The data of one image on their way into one file: counted, hashed and held against what was promised.</summary>
internal sealed class ImageDownload
{
    private readonly OperationContext _context;
    private readonly IImageService _service;
    private readonly ServiceImage _image;
    private readonly HashPromise _promise;
    private readonly string? _localPath;
    private readonly string? _location;
    private readonly RemoteData? _remote;

    /// <summary>Makes the download.</summary>
    /// <param name="context">Settings, log, progress.</param>
    /// <param name="service">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="promise">The hashes that the data must have.</param>
    /// <param name="localPath">A file that has the data already; null: the service is asked for them.</param>
    /// <param name="connections">How many connections may be used at once, where the service is remote.</param>
    public ImageDownload(OperationContext context, IImageService service, ServiceImage image, HashPromise promise, string? localPath = null, int connections = 1)
    {
        _localPath = localPath;
        _context = context;
        _service = service;
        _image = image;
        _promise = promise;
        if (localPath is null && service.IsRemote && promise.IsGiven)
        {
            _location = FileLocation.Find(image, context.Options.AllowedFileFolders, context.Log);
        }

        _remote = localPath is null && _location is null && service.IsRemote ? new RemoteData(service, image, context, connections, promise.IsGiven) : null;
    }

    /// <summary>True where a broken connection was taken up again.</summary>
    public bool IsResumed { get; private set; }

    /// <summary>What tells the data at the server from others; null: the server does not say.</summary>
    public string? Version => _remote?.Version;

    /// <summary>The server that says so, where there may be several; null: there is only one.</summary>
    public string? Host => _remote?.Host;

    /// <summary>
    /// Judges an image that is elsewhere by less than 1 MiB of it, so that what cannot be used is refused before its gigabytes
    /// move. Where that cannot be done nothing happens: the data are judged when they come.
    /// </summary>
    /// <param name="inspection">What the data must be.</param>
    /// <param name="judge">Looks at what is known of them, for example at their size; null: nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends with the verdict.</returns>
    /// <exception cref="ImageUnacceptableException">They are refused.</exception>
    public Task JudgeAheadAsync(InspectionRequest inspection, Action<ImageFacts>? judge, CancellationToken cancellationToken) =>
        _remote?.JudgeAsync(inspection, judge, cancellationToken) ?? Task.CompletedTask;

    /// <summary>The signature that the data must have; null: none is asked for.</summary>
    public SignatureCheck? Signature { get; init; }

    /// <summary>Asks the server what its data are now (<see cref="Version"/>), unless it said so already.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends with the answer.</returns>
    /// <exception cref="ImageDownloadFailedException">It does not answer.</exception>
    public Task AskAsync(CancellationToken cancellationToken) => _remote?.AskAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Refuses an image that has no data to give.</summary>
    public static void RequireActive(ServiceImage image)
    {
        if (!string.Equals(image.Status, ImageVocabulary.Active, StringComparison.Ordinal))
        {
            throw new ImageDownloadFailedException(image.ImageId, $"its status is {image.Status}, not active.");
        }
    }

    /// <summary>Receives the data.</summary>
    /// <param name="destination">Where they go; what it holds already is the beginning of the data, from an earlier download.</param>
    /// <param name="folder">The folder it is in, for the check of space and for errors.</param>
    /// <param name="inspection">What the data must be, judged by their beginning; null: nothing is asked of them here.</param>
    /// <param name="cancellationToken">Ends the download.</param>
    /// <returns>The number of bytes and their hash.</returns>
    /// <exception cref="ImageUnacceptableException">The beginning of the data is refused; the rest was not received.</exception>
    /// <exception cref="ImageTooBigException">There is no room.</exception>
    /// <exception cref="ImageDownloadFailedException">The data broke off, or are more or fewer than the service said.</exception>
    /// <exception cref="DigestMismatchException">The data have another hash than was promised.</exception>
    /// <exception cref="SignatureInvalidException">They are not those that were signed.</exception>
    public async Task<(long Size, ContentHash Hash)> ReceiveAsync(Stream destination, string folder, InspectionRequest? inspection, CancellationToken cancellationToken)
    {
        RequireSpace(folder, destination.CanSeek ? destination.Length : 0);
        using var hasher = new ContentHasher(Signature is null ? _promise.Algorithms : _promise.Algorithms.Append(Signature.Algorithm));
        long start = destination.CanSeek ? await TakeUpAsync(destination, hasher, cancellationToken).ConfigureAwait(false) : 0;
        var copy = new ContentCopy
        {
            OnReadError = e => new ImageDownloadFailedException(_image.ImageId, e.Message, e),
            OnWriteError = e => ExplainWrite(e, folder),
            Limit = _image.Size - start,
            OnPiece = start == 0 ? EarlyRefusal.Of(_context.Inspector, inspection, $"image {_image.ImageId}", _image.Size, cancellationToken) : null,
            Progress = new ProgressMeter(_context.Progress, $"Downloading image {_image.ImageId}", _image.Size, start),
        };
        Stream source = await OpenAsync(start, cancellationToken).ConfigureAwait(false);
        long size;
        await using (source.ConfigureAwait(false))
        {
            size = start + await copy.RunAsync(source, destination, hasher, cancellationToken).ConfigureAwait(false);
        }

        IsResumed = start > 0 || _remote is { Resumes: > 0 };

        if (_image.Size is long promised && size != promised)
        {
            string came = size > promised ? "more came" : string.Create(CultureInfo.InvariantCulture, $"only {size} came");
            throw new ImageDownloadFailedException(_image.ImageId, string.Create(CultureInfo.InvariantCulture, $"the image service announced {promised} bytes and {came}."));
        }

        ContentHash hash = _promise.Verify(hasher, $"image {_image.ImageId}");
        Signature?.Verify(hasher);
        return (size, hash);
    }

    /// <summary>What a full disk means for a download (cinder's words).</summary>
    public ImageTooBigException NoSpace(string folder, Exception cause) =>
        new(_image.ImageId, $"No space left in image_conversion_dir path ({folder}) while fetching image {_image.ImageId}.", cause);

    /// <summary>No hash can be kept across processes: what is here already is read once more, and counts as come.</summary>
    private static async Task<long> TakeUpAsync(Stream destination, ContentHasher hasher, CancellationToken cancellationToken)
    {
        if (destination.Length == 0)
        {
            return 0;
        }

        destination.Position = 0;
        return await hasher.AppendAllAsync(destination, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Stream> OpenAsync(long start, CancellationToken cancellationToken)
    {
        if (_remote is not null)
        {
            return await _remote.OpenAsync(start, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            FileStream? file = _location is not null ? PlainFile.OpenRead(_location) : _localPath is not null ? TemporaryImageFile.OpenRead(_localPath) : null;
            file?.Seek(start, SeekOrigin.Begin);
            return file ?? await _service.OpenDataAsync(_image.ImageId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageDownloadFailedException(_image.ImageId, e.Message, e);
        }
    }

    private void RequireSpace(string folder, long here)
    {
        // As in cinder's check_available_space, room for exactly as much is too little.
        if (_image.Size - here is > 0 and long needed && DiskSpace.AvailableBytes(folder) is long free && free <= needed)
        {
            throw new ImageTooBigException(
                _image.ImageId,
                string.Create(CultureInfo.InvariantCulture, $"There is no space to fetch the image into {folder}. Requested: {needed}, available: {free}."));
        }
    }

    private ImageUtilsException ExplainWrite(IOException e, string folder) =>
        DiskSpace.IsNoSpace(e) ? NoSpace(folder, e) : new ImageDownloadFailedException(_image.ImageId, e.Message, e);
}
