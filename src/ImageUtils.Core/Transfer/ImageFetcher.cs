using System.Diagnostics;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;
using ImageUtils.Transfer.Ranges;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Transfer;

/// <summary>
/// Downloads an image into a file (cinder's fetch and fetch_verify_image). The file appears when the data are whole, have the
/// hash that was promised and passed the inspection; until then nothing is at its place, and what was there stays.
/// </summary>
public sealed class ImageFetcher
{
    private readonly OperationContext _context;
    private readonly IImageService _service;

    /// <summary>Makes the fetcher.</summary>
    /// <param name="context">Settings, inspector, progress.</param>
    /// <param name="service">Where the images are.</param>
    public ImageFetcher(OperationContext context, IImageService service)
    {
        _context = context;
        _service = service;
    }

    /// <summary>Fetches one image.</summary>
    /// <param name="request">Which one, where to, and what it must be.</param>
    /// <param name="cancellationToken">Ends the download; nothing is left.</param>
    /// <returns>What was done. The rate counts one millisecond at least.</returns>
    /// <exception cref="InvalidHashException">The expected hash is none.</exception>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="DestinationExistsException">The destination is there and <see cref="FetchRequest.Force"/> is not set; nothing was downloaded.</exception>
    /// <exception cref="DestinationIsSourceException">The destination is the image's own data in the service's folder.</exception>
    /// <exception cref="DestinationUnwritableException">It stands among the other files of the service, or cannot be written.</exception>
    /// <exception cref="ImageTooBigException">There is no room for it.</exception>
    /// <exception cref="ImageDownloadFailedException">It is not active, or the data did not come whole.</exception>
    /// <exception cref="DigestMismatchException">The data have another hash than was promised.</exception>
    /// <exception cref="ImageUnacceptableException">It is unsafe, not what it claims to be, too large for the volume, or without the hash that is required.</exception>
    /// <exception cref="SignatureMissingException">The image is not signed, and a signature is required.</exception>
    /// <exception cref="SignatureIncompleteException">It has some properties of a signature only; nothing was downloaded.</exception>
    /// <exception cref="SignatureInvalidException">Its data are not those that were signed, or the signature cannot be verified.</exception>
    public async Task<ImageFetchResult> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        OwnDestination.Refuse(_service, request.ImageId, request.DestinationPath);
        ServiceImage image = request.Image ?? await _service.GetAsync(request.ImageId, cancellationToken).ConfigureAwait(false);
        ImageDownload.RequireActive(image);
        VolumeSize.CheckMinDisk(image.MinDisk, request.VolumeSizeBytes, image.ImageId);
        HashPromise promise = await HashPromise.OfAsync(image, request.Hash, _service, _context.Log, cancellationToken).ConfigureAwait(false);
        SignatureCheck? signature = await SignatureCheck.PrepareAsync(_context, _service, image, request.RequireSignature, cancellationToken).ConfigureAwait(false);
        using PartialFile file = PartialFile.Create(request.DestinationPath, request.Force);
        string folder = Path.GetDirectoryName(file.DestinationPath)!;
        using TemporaryImage? here = await new TemporaryImages(_context, _service).TryJoinAsync(image, cancellationToken).ConfigureAwait(false);
        var download = new ImageDownload(_context, _service, image, promise, here?.Path, request.Connections) { Signature = signature };
        InspectionRequest? inspection = request.SkipFormatCheck ? null : ImageClaim.OfFile(image, _context);
        if (inspection is not null)
        {
            await download.JudgeAheadAsync(inspection, facts => VolumeSize.CheckVirtualSize(facts.VirtualSize, request.VolumeSizeBytes, image.ImageId), cancellationToken).ConfigureAwait(false);
        }

        var kept = new KeptPart(file.DestinationPath, new KeptPartIdentity(_service.Location, image.ImageId, image.Size, promise.Text));
        (long Size, ContentHash Hash) received = await ReceiveAsync(file, kept, download, inspection, cancellationToken).ConfigureAwait(false);
        ImageFacts? facts = request.SkipFormatCheck ? null : Inspect(file.TemporaryPath, image, request, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Commit(file, download, folder);

        TimeSpan duration = Stopwatch.GetElapsedTime(started);
        return new ImageFetchResult
        {
            Path = file.DestinationPath,
            SourceImageId = _service.StatesFormats ? image.ImageId : null,
            SourceUri = _service.StatesFormats ? null : image.ImageId,
            Size = received.Size,
            Format = facts?.Format.Name,
            HashAlgorithm = received.Hash.Algorithm,
            Hash = received.Hash.Value,
            IsHashVerified = promise.IsGiven,
            IsResumed = download.IsResumed,
            IsSignatureVerified = signature is not null,
            Duration = duration,
            AverageBytesPerSecond = TransferRate.BytesPerSecond(received.Size, duration),
        };
    }

    /// <summary>Finds an image, for what has to be known before the fetch.</summary>
    /// <param name="imageId">Its id or address.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The image.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    public Task<ServiceImage> FindAsync(string imageId, CancellationToken cancellationToken) => _service.GetAsync(imageId, cancellationToken);

    /// <summary>The file that an image is fetched into, where a folder was named: after its id and its format.</summary>
    /// <param name="destination">The destination as given, literal.</param>
    /// <param name="image">The image.</param>
    /// <returns>The full path of the file.</returns>
    /// <exception cref="DestinationUnwritableException">No file can have that name.</exception>
    public string DestinationOf(string destination, ServiceImage image) => !_service.StatesFormats
        ? DestinationPath.Resolve(destination, new Uri(image.ImageId))
        : DestinationPath.Resolve(destination, image.ImageId, DiskFormat.TryParse(image.DiskFormat, out DiskFormat? format) ? format : DiskFormat.Raw);

    /// <summary>Receives the data, from where an earlier fetch ended; where the network gives up, what came is kept for the next one.</summary>
    private async Task<(long Size, ContentHash Hash)> ReceiveAsync(PartialFile file, KeptPart kept, ImageDownload download, InspectionRequest? inspection, CancellationToken cancellationToken)
    {
        if (_service.IsRemote && kept.IsThere)
        {
            await download.AskAsync(cancellationToken).ConfigureAwait(false);
            if (kept.TryTake(file, download.Version, download.Host))
            {
                _context.Log.Verbose($"An earlier download to {file.DestinationPath} is taken up again.");
            }
        }

        try
        {
            FileStream stream = file.OpenStream();
            await using (stream.ConfigureAwait(false))
            {
                return await download.ReceiveAsync(stream, Path.GetDirectoryName(file.DestinationPath)!, inspection, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ImageUtilsException e) when (_service.IsRemote && e is ImageDownloadFailedException { IsInterrupted: true } or ServiceUnavailableException)
        {
            if (kept.TryKeep(file, download.Version, download.Host) is not (> 0 and long length))
            {
                throw;
            }

            _context.Log.Warning(FormattableString.Invariant($"The {length} bytes that came are kept; the next fetch to {file.DestinationPath} goes on from there."));
            throw;
        }
    }

    private static void Commit(PartialFile file, ImageDownload download, string folder)
    {
        try
        {
            file.Commit();
        }
        catch (NoSpaceException e)
        {
            // Some file systems find out only when the data are flushed.
            throw download.NoSpace(folder, e);
        }
    }

    private ImageFacts Inspect(string path, ServiceImage image, FetchRequest request, CancellationToken cancellationToken)
    {
        ImageFacts facts = ImageClaim.JudgeFile(image, path, _context, cancellationToken);
        VolumeSize.CheckVirtualSize(facts.VirtualSize, request.VolumeSizeBytes, image.ImageId);
        return facts;
    }
}
