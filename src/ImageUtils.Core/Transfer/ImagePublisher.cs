using System.Diagnostics;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// Makes an image of a volume (cinder's upload_volume). Equal formats go straight through; others are converted into a
/// temporary file and inspected again first. The image service hears nothing before everything here has gone well, and
/// an upload that breaks leaves no image behind.
/// </summary>
public sealed class ImagePublisher
{
    private readonly OperationContext _context;
    private readonly IImageService _service;
    private readonly IImageConverter _converter;

    /// <summary>Makes the publisher.</summary>
    /// <param name="context">Settings, inspector, progress.</param>
    /// <param name="service">Where the image goes.</param>
    /// <param name="converter">Who converts.</param>
    public ImagePublisher(OperationContext context, IImageService service, IImageConverter converter)
    {
        _context = context;
        _service = service;
        _converter = converter;
    }

    /// <summary>Publishes one volume.</summary>
    /// <param name="request">The volume, and the image it becomes.</param>
    /// <param name="cancellationToken">Ends it; no temporary file and no half image is left.</param>
    /// <returns>What was done. The rate counts one millisecond at least.</returns>
    /// <exception cref="ArgumentException">Not exactly one volume, or not exactly one image, is named.</exception>
    /// <exception cref="StoreNotFoundException">The image service has no such store; nothing was read or made.</exception>
    /// <exception cref="StoreReadOnlyException">The store takes no images; nothing was read or made.</exception>
    /// <exception cref="PathNotFoundException">The volume is not there.</exception>
    /// <exception cref="ImageUnreadableException">The volume cannot be read.</exception>
    /// <exception cref="ImageNotFoundException">The image that was named is not there.</exception>
    /// <exception cref="ImageStatusConflictException">The image is not queued.</exception>
    /// <exception cref="DestinationIsSourceException">The image is the one that the volume was made from.</exception>
    /// <exception cref="ImageConversionNotAllowedException">Conversion is disabled and the formats differ.</exception>
    /// <exception cref="ImageUnacceptableException">The volume is unsafe, the converted image is not what was asked for, or the container is compressed and the option AllowCompressionOnUpload is off.</exception>
    /// <exception cref="ImageUploadFailedException">The upload broke off.</exception>
    /// <exception cref="DigestMismatchException">The service holds other data than were sent.</exception>
    public async Task<ImagePublishResult> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        RequireOneOfEach(request);
        if (request.Source is { CanSeek: false } source)
        {
            request = request with { Source = new InterruptibleStream(source) };
        }

        await _service.ValidateStoreAsync(request.StoreId, cancellationToken).ConfigureAwait(false);
        TemporaryOwnership? ownership = request.SourcePath is null
            ? null
            : await TemporaryOwnership.TakeWhereNeededAsync(_context, request.SourcePath, request.RunAsRoot, cancellationToken).ConfigureAwait(false);
        try
        {
            return await PublishReadableAsync(request, started, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (ownership is not null)
            {
                await ownership.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static void RequireOneOfEach(PublishRequest request)
    {
        if (request.SourcePath is null == request.Source is null)
        {
            throw new ArgumentException("Name either the volume's path or a stream.", nameof(request));
        }

        if (request.ImageId is null == request.NewImage is null)
        {
            throw new ArgumentException("Name either a queued image or the image to be made.", nameof(request));
        }
    }

    private async Task<ImagePublishResult> PublishReadableAsync(PublishRequest request, long started, CancellationToken cancellationToken)
    {
        var filter = new MetadataFilter(_context.Options.ReservedImageNamespaces, _context.Log);
        PublishTarget target = await PublishTarget.FindAsync(request, _service, filter, cancellationToken).ConfigureAwait(false);
        CompressedImage.RequireAllowed(target.Label, target.ContainerFormat, _context.Options);
        bool isConverted = !IsSameContent(request.VolumeFormat, target.Content);
        if (isConverted)
        {
            ConversionPermission.CheckUpload(_context.Options, target.DiskFormat, request.VolumeFormat, target.Label);
        }

        var temporaries = new ConversionDirectory(_context.Options);
        using TemporaryImageFile? converted = isConverted ? temporaries.CreateForUpload() : null;
        if (converted is not null)
        {
            _converter.EnsureCanConvert(request.VolumeFormat, ConversionOf(request, target, request.SourcePath ?? converted.Path, converted.Path));
        }

        using TemporaryImageFile? spooled = NeedsFile(request, target, isConverted)
            ? await SpoolAsync(request, target, temporaries, cancellationToken).ConfigureAwait(false)
            : null;
        PublishContent content = await PrepareAsync(request, target, spooled?.Path ?? request.SourcePath, converted, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            (ServiceImage image, ContentHash hash) = CompressedImage.Is(target.ContainerFormat)
                ? await SendPackedAsync(target, content, request, temporaries, cancellationToken).ConfigureAwait(false)
                : await new ImageUpload(_context, _service).SendAsync(target, content, request, cancellationToken).ConfigureAwait(false);
            TimeSpan duration = Stopwatch.GetElapsedTime(started);
            long size = image.Size ?? content.Size ?? 0;
            return new ImagePublishResult
            {
                ImageId = image.ImageId,
                Name = image.Name,
                SourcePath = request.SourcePath,
                DiskFormat = image.DiskFormat ?? target.DiskFormat,
                ContainerFormat = image.ContainerFormat ?? target.ContainerFormat,
                Size = size,
                HashAlgorithm = hash.Algorithm,
                Hash = hash.Value,
                IsConverted = isConverted,
                Duration = duration,
                AverageBytesPerSecond = TransferRate.BytesPerSecond(size, duration),
            };
        }
    }

    // Partition tables and ISO file systems are what a guest wrote into plain bytes; nothing is converted between them.
    private static bool IsSameContent(DiskFormat volume, DiskFormat image) =>
        volume == image || (volume.IsRawContent && image.IsRawContent);

    /// <summary>A plain volume that stays plain is sent as it is; everything else is looked at, or converted, and that takes a file.</summary>
    private static bool NeedsFile(PublishRequest request, PublishTarget target, bool isConverted) =>
        request.Source is not null && (isConverted || target.Content != DiskFormat.Raw);

    /// <summary>Sends what is to be compressed as a whole. The size and the hash of the image are those of what is sent.</summary>
    private async Task<(ServiceImage Image, ContentHash Hash)> SendPackedAsync(
        PublishTarget target,
        PublishContent content,
        PublishRequest request,
        ConversionDirectory temporaries,
        CancellationToken cancellationToken)
    {
        (TemporaryImageFile file, long unpacked) = await CompressedImage.PackAsync(target.Label, content.Stream, temporaries, _context, cancellationToken).ConfigureAwait(false);
        using (file)
        {
            PublishContent packed = PublishContent.OfFile(file.Path, content.VirtualSize ?? unpacked);
            await using (packed.ConfigureAwait(false))
            {
                return await new ImageUpload(_context, _service).SendAsync(target, packed, request, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<TemporaryImageFile> SpoolAsync(PublishRequest request, PublishTarget target, ConversionDirectory temporaries, CancellationToken cancellationToken)
    {
        TemporaryImageFile file = temporaries.CreateForUpload();
        try
        {
            FileStream stream = file.OpenWrite();
            await using (stream.ConfigureAwait(false))
            {
                using var hasher = new ContentHasher();
                var copy = new ContentCopy
                {
                    OnReadError = e => new ImageUploadFailedException(target.Label, e.Message, e),
                    OnWriteError = e => DiskSpace.IsNoSpace(e)
                        ? new NoSpaceException(DiskSpace.MountPointOf(temporaries.FolderPath), e)
                        : new DestinationUnwritableException(file.Path, e.Message, e),
                    OnPiece = EarlyRefusal.Of(_context.Inspector, RequestOfSource(request, target), target.Label, null, cancellationToken),
                    Progress = new ProgressMeter(_context.Progress, "Reading the volume", null),
                };
                await copy.RunAsync(request.Source!, stream, hasher, cancellationToken).ConfigureAwait(false);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async Task<PublishContent> PrepareAsync(
        PublishRequest request,
        PublishTarget target,
        string? path,
        TemporaryImageFile? converted,
        CancellationToken cancellationToken)
    {
        if (path is null)
        {
            return PublishContent.OfStream(request.Source!);
        }

        if (converted is null)
        {
            // cinder sends a volume of the same format unseen. A qcow2 or VMDK that names other files is never published
            // from here; plain bytes name nothing.
            long? size = target.Content == DiskFormat.Raw ? null : Inspect(request, path, target.Content, target.Label, cancellationToken).Facts.VirtualSize;
            return OpenAsRoot(request, path) is { } volume ? PublishContent.OfReader(volume, size) : PublishContent.OfFile(path, size);
        }

        long virtualSize = await ConvertAsync(request, target, path, converted.Path, cancellationToken).ConfigureAwait(false);
        return PublishContent.OfFile(converted.Path, virtualSize);
    }

    private ConversionRequest ConversionOf(PublishRequest request, PublishTarget target, string path, string convertedPath)
    {
        DiskFormat output = target.Content.IsRawContent ? DiskFormat.Raw : target.Content;
        return new ConversionRequest
        {
            SourcePath = path,
            DestinationPath = convertedPath,
            OutputFormat = output,

            // A volume is what its owner says; a guest can write any header into it (CVE-2015-1851).
            SourceFormat = request.VolumeFormat.Name,
            Compress = output == DiskFormat.Qcow2 && _context.Options.CompressOnUpload && !request.NoCompress,
            RunAsRoot = request.RunAsRoot,
            Force = true,
            ImageId = target.Label,
        };
    }

    private async Task<long> ConvertAsync(PublishRequest request, PublishTarget target, string path, string convertedPath, CancellationToken cancellationToken)
    {
        ConversionRequest conversion = ConversionOf(request, target, path, convertedPath);
        if (!request.VolumeFormat.IsRawContent)
        {
            Inspect(request, path, request.VolumeFormat, target.Label, cancellationToken);
        }
        else if (IsIso(request, path, target.Label, cancellationToken))
        {
            // An ISO file system on a plain volume is the guest's data, like a partition table. An image that claims raw must
            // not hold one, a volume may.
            conversion = conversion with { SourceFormat = DiskFormat.Iso.Name };
        }

        await _converter.ConvertAsync(conversion, cancellationToken).ConfigureAwait(false);
        ImageInspection result = _context.Inspector.Inspect(convertedPath, RequestOf(target.Content, target.Label), cancellationToken);
        if (!IsSameContent(result.Facts.Format, conversion.OutputFormat))
        {
            throw new ImageUnacceptableException(target.Label, $"Converted to {conversion.OutputFormat.Name}, but format is now {result.Facts.Format.Name}");
        }

        return result.ThrowIfUnacceptable().Facts.VirtualSize;
    }

    /// <summary>Reading through the root helper comes first: it changes nothing that a kill could leave.</summary>
    private RootImageReader? OpenAsRoot(PublishRequest request, string path) =>
        RootImageReader.OpenWhereNeeded(_context, path, request.RunAsRoot && request.SourcePath is not null);

    private bool IsIso(PublishRequest request, string path, string label, CancellationToken cancellationToken) =>
        PrivilegedInspection.Inspect(_context, path, new InspectionRequest { ImageId = label }, request.RunAsRoot, cancellationToken).Facts.Format == DiskFormat.Iso;

    /// <summary>What the volume itself must be; null: plain bytes, of which nothing is asked.</summary>
    private InspectionRequest? RequestOfSource(PublishRequest request, PublishTarget target)
    {
        DiskFormat claim = IsSameContent(request.VolumeFormat, target.Content) ? target.Content : request.VolumeFormat;
        return claim.IsRawContent ? null : RequestOf(claim, target.Label);
    }

    private ImageInspection Inspect(PublishRequest request, string path, DiskFormat claim, string label, CancellationToken cancellationToken) =>
        PrivilegedInspection.Inspect(_context, path, RequestOf(claim, label), request.RunAsRoot, cancellationToken).ThrowIfUnacceptable();

    private InspectionRequest RequestOf(DiskFormat claim, string label) => new()
    {
        ClaimedFormat = claim.Name,
        AllowedVmdkTypes = _context.Options.VmdkAllowedTypes,
        ImageId = label,
    };
}
