using System.Diagnostics;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Transfer;

/// <summary>
/// Makes a volume of an image (cinder's fetch_to_volume_format): what can be refused is refused before the download, the
/// data pass through a temporary file that is hashed, unpacked where they are compressed as a whole or merged where they are a XenServer archive, and inspected, and the
/// volume appears whole or not at all. A temporary image that the same user has open stands in for the download.
/// </summary>
public sealed class VolumeFetcher
{
    private readonly OperationContext _context;
    private readonly IImageService _service;
    private readonly IImageConverter _converter;

    /// <summary>Makes the fetcher.</summary>
    /// <param name="context">Settings, inspector, progress.</param>
    /// <param name="service">Where the images are.</param>
    /// <param name="converter">Who converts.</param>
    public VolumeFetcher(OperationContext context, IImageService service, IImageConverter converter)
    {
        _context = context;
        _service = service;
        _converter = converter;
    }

    /// <summary>Fetches one image and converts it, also where the formats are equal.</summary>
    /// <param name="request">Which image, and what volume it becomes.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>What was done. The rate is that of the whole way and counts one millisecond at least.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="ImageConversionNotAllowedException">Conversion is disabled and the formats differ.</exception>
    /// <exception cref="ImageUnacceptableException">The image is unsafe, not what it claims, too large, or of a container that is not allowed.</exception>
    /// <exception cref="ArchiveUnsafeException">It is a XenServer archive that is damaged, or holds what may not be there.</exception>
    /// <exception cref="VhdChainBrokenException">The VHDs in it are no chain.</exception>
    /// <exception cref="VhdCorruptException">One of them is no sound VHD.</exception>
    /// <exception cref="ToolNotFoundException">qemu-img is needed and missing; nothing was downloaded.</exception>
    /// <exception cref="DestinationExistsException">The destination is there and <see cref="VolumeRequest.Force"/> is not set.</exception>
    /// <exception cref="DestinationIsSourceException">The destination is the image's own data in the service's folder.</exception>
    /// <exception cref="DestinationUnwritableException">It stands among the other files of the service, or cannot be written.</exception>
    /// <exception cref="ImageTooBigException">There is no room.</exception>
    /// <exception cref="ImageDownloadFailedException">It is not active, or the data did not come whole.</exception>
    /// <exception cref="DeviceNotFoundException">The destination is a device that is not there.</exception>
    /// <exception cref="DeviceBusyException">The destination is a device that somebody uses.</exception>
    /// <exception cref="InvalidPassphraseException">A passphrase is missing.</exception>
    /// <exception cref="InvalidHashException">The hash that is expected is none, or the list of hashes has none.</exception>
    /// <exception cref="DigestMismatchException">The data have another hash than was promised.</exception>
    /// <exception cref="SignatureMissingException">The image is not signed, and a signature is required.</exception>
    /// <exception cref="SignatureIncompleteException">It has some properties of a signature only; nothing was downloaded.</exception>
    /// <exception cref="SignatureInvalidException">Its data are not those that were signed, or the signature cannot be verified.</exception>
    public async Task<ImageConversionResult> FetchAsync(VolumeFetchRequest request, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        OwnDestination.Refuse(_service, request.ImageId, request.DestinationPath);
        ServiceImage image = await _service.GetAsync(request.ImageId, cancellationToken).ConfigureAwait(false);
        string? claim = RequireConvertible(image, request);
        ImageDownload.RequireActive(image);
        VolumeSize.CheckMinDisk(image.MinDisk, request.VolumeSizeBytes, image.ImageId);
        ConversionDestination.RequireDevice(request.DestinationPath);
        EncryptionRules.RequireForResult(request);
        RequireDestination(request);

        HashPromise promise = await HashPromise.OfAsync(image, request.Hash, _service, _context.Log, cancellationToken).ConfigureAwait(false);
        var conversions = new ConversionDirectory(_context.Options);
        using TemporaryImage? here = await new TemporaryImages(_context, _service).TryJoinAsync(image, cancellationToken).ConfigureAwait(false);
        using TemporaryImageFile? download = here is null ? conversions.CreateForDownload(image.ImageId) : null;
        string path = here?.Path ?? download!.Path;
        ConversionRequest conversion = ConversionOf(request, image, path);

        // What a XenServer archive is merged to is as plain as a raw disk; what is not stated is known when its beginning came.
        _converter.EnsureCanConvert(!image.IsXenServer && DiskFormat.TryParse(claim, out DiskFormat? known) ? known : DiskFormat.Raw, conversion);

        SignatureCheck? signature = await SignatureCheck.PrepareAsync(_context, _service, image, request.RequireSignature, cancellationToken).ConfigureAwait(false);
        long written = 0;
        if (download is not null)
        {
            written = await DownloadAsync(image, request, conversion, promise, signature, download, conversions.FolderPath, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await VerifyAsync(path, image, promise, signature, cancellationToken).ConfigureAwait(false);
        }

        using TemporaryImageFile? unpacked = await UnpackAsync(image, path, conversions, cancellationToken).ConfigureAwait(false);
        if (unpacked is not null)
        {
            // The room of the packed data is better used for the volume.
            download?.Dispose();
            written += unpacked.Length;
            conversion = conversion with { SourcePath = unpacked.Path };
        }

        Judge(image, conversion.SourcePath, request, cancellationToken);
        ImageConversionResult result = await _converter.ConvertAsync(conversion, cancellationToken).ConfigureAwait(false);

        TimeSpan duration = Stopwatch.GetElapsedTime(started);
        return result with
        {
            SourcePath = null,
            SourceImageId = _service.StatesFormats ? image.ImageId : null,
            SourceUri = _service.StatesFormats ? null : image.ImageId,
            IsSignatureVerified = signature is not null,
            TemporaryBytes = result.TemporaryBytes + written,
            Duration = duration,
            AverageBytesPerSecond = TransferRate.BytesPerSecond(result.VirtualSize, duration),
        };
    }

    private void RequireDestination(VolumeFetchRequest request)
    {
        // Opened and left at once: what stands in the way of the result is better known before the download.
        using IConversionTarget probe = ConversionDestination.Open(request, _context);
    }

    private static ConversionRequest ConversionOf(VolumeFetchRequest request, ServiceImage image, string sourcePath) => new(request, sourcePath)
    {
        SourceFormat = ImageClaim.ClaimOf(image.DiskFormat, image.ImageId),
        ImageId = image.ImageId,
    };

    private string? RequireConvertible(ServiceImage image, VolumeFetchRequest request)
    {
        if (image.DiskFormat is not string diskFormat)
        {
            return _service.StatesFormats ? throw new ImageUnacceptableException(image.ImageId, "It has no disk_format.") : null;
        }

        ConversionPermission.CheckDownload(_context.Options, diskFormat, request.OutputFormat, image.ImageId);
        CompressedImage.RequireAllowed(image, _context.Options);
        return ImageClaim.ClaimOf(diskFormat, image.ImageId);
    }

    private async Task<long> DownloadAsync(ServiceImage image, VolumeFetchRequest request, ConversionRequest conversion, HashPromise promise, SignatureCheck? signature, TemporaryImageFile temporary, string folder, CancellationToken cancellationToken)
    {
        FileStream stream = temporary.OpenWrite();
        await using (stream.ConfigureAwait(false))
        {
            var download = new ImageDownload(_context, _service, image, promise, connections: request.Connections) { Signature = signature };
            InspectionRequest? inspection = CompressedImage.Is(image.ContainerFormat) ? null : ImageClaim.OfDisk(image, _context);
            if (inspection is not null)
            {
                await download.JudgeAheadAsync(inspection, JudgeFacts, cancellationToken).ConfigureAwait(false);
            }

            (long size, _) = await download.ReceiveAsync(stream, folder, inspection, cancellationToken).ConfigureAwait(false);
            return size;
        }

        void JudgeFacts(ImageFacts facts)
        {
            VolumeSize.CheckVirtualSize(facts.VirtualSize, request.VolumeSizeBytes, image.ImageId);
            if (!image.IsXenServer && image.Size is long length)
            {
                _converter.EnsureRoom(facts, length, conversion);
            }
        }
    }

    /// <summary>Holds a temporary image that somebody else fetched against what is asked for here; they may have asked for less.</summary>
    private async Task VerifyAsync(string path, ServiceImage image, HashPromise promise, SignatureCheck? signature, CancellationToken cancellationToken)
    {
        if (promise.IsCallers)
        {
            using var hasher = new ContentHasher(promise.Algorithms);
            FileStream stream = TemporaryImageFile.OpenRead(path);
            await using (stream.ConfigureAwait(false))
            {
                var copy = new ContentCopy { OnReadError = e => new ImageUnreadableException(path, e.Message, e), OnWriteError = e => e };
                await copy.RunAsync(stream, Stream.Null, hasher, cancellationToken).ConfigureAwait(false);
            }

            promise.Verify(hasher, $"image {image.ImageId}");
        }

        if (signature is not null)
        {
            await signature.VerifyFileAsync(path, _context, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes an image out of its wrapper, into a temporary file of its own; null: it has none.</summary>
    private async Task<TemporaryImageFile?> UnpackAsync(ServiceImage image, string path, ConversionDirectory conversions, CancellationToken cancellationToken)
    {
        if (CompressedImage.Is(image.ContainerFormat))
        {
            return await CompressedImage.UnpackAsync(image.ImageId, path, conversions, _context, cancellationToken).ConfigureAwait(false);
        }

        return image.IsXenServer
            ? await XenServerImage.MergeAsync(image.ImageId, path, conversions, _context, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private void Judge(ServiceImage image, string path, VolumeFetchRequest request, CancellationToken cancellationToken)
    {
        ImageInspection inspection = _context.Inspector
            .Inspect(path, ImageClaim.OfDisk(image, _context), cancellationToken)
            .ThrowIfUnacceptable();
        VolumeSize.CheckVirtualSize(inspection.Facts.VirtualSize, request.VolumeSizeBytes, image.ImageId);
        if (!_service.StatesFormats)
        {
            ConversionPermission.CheckDownload(_context.Options, inspection.Facts.Format.Name, request.OutputFormat, image.ImageId);
        }

        if (inspection.Facts.BackingFile is not null)
        {
            // No check that was set aside may let another file of this machine into the volume.
            throw new ImageUnacceptableException(image.ImageId, $"It is {inspection.Facts.Format.Name} with a backing file.");
        }
    }
}
