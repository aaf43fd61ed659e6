using ImageUtils.Configuration;
using ImageUtils.Formats;
using ImageUtils.Privilege;
using ImageUtils.Qemu;
using ImageUtils.Safety;
using ImageUtils.Safety.Rules;
using ImageUtils.Storage;

namespace ImageUtils.Operations;

/// <summary>Answers what an image is, by our parsers or by qemu-img.</summary>
public sealed class ImageInfoReader
{
    private readonly OperationContext _context;

    /// <summary>Makes the reader.</summary>
    /// <param name="context">What it needs from outside.</param>
    public ImageInfoReader(OperationContext context) => _context = context;

    /// <summary>
    /// Reads one image. Our parsers report and never refuse; qemu-img only sees what they pass, with a pinned format.
    /// </summary>
    /// <param name="request">The question.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What the image is.</returns>
    /// <exception cref="Errors.PathNotFoundException">There is no such file.</exception>
    /// <exception cref="Errors.ImageUnreadableException">It cannot be read, or is neither a file nor a block device.</exception>
    /// <exception cref="Errors.RootHelperUnavailableException">Only root may read it, or qemu-img shall run as root, and the root helper cannot be used.</exception>
    /// <exception cref="Errors.ImageUnacceptableException">qemu-img was asked for, and the image is not safe to show to it.</exception>
    public async Task<QemuImageInfo> ReadAsync(ImageInfoRequest request, CancellationToken cancellationToken)
    {
        await TemporaryOwnership.UndoLeftAsync(_context, cancellationToken).ConfigureAwait(false);
        InspectionRequest question = InspectionRequest.Default with
        {
            ClaimedFormat = request.ImageFormat?.Name,
            AllowBackingFile = request.AllowBackingFile,
            AllowedVmdkTypes = _context.Options.VmdkAllowedTypes,
        };
        using RootImageReader? reader = RootImageReader.OpenWhereNeeded(_context, request.Path, request.RunAsRoot);
        ImageInspection inspection = reader is null
            ? _context.Inspector.Inspect(request.Path, question, cancellationToken)
            : _context.Inspector.Inspect(reader, question, cancellationToken);
        if (request.Engine != ConversionEngineChoice.QemuImg)
        {
            return QemuImageInfoFactory.FromInspection(
                request.Path,
                request.ImageFormat == DiskFormat.Raw ? AsRaw(request.Path, reader, inspection) : inspection,
                reader?.File.Identity.AllocatedBytes ?? AllocatedSize.Of(request.Path));
        }

        inspection.ThrowIfUnacceptable();
        QemuSource source = new(request.Path, request.ImageFormat ?? inspection.Facts.Format, inspection.Facts.SizeSource);
        QemuImgInfo info = await new QemuImg(_context)
            .InfoAsync(source, request.ForceShare, request.RunAsRoot, cancellationToken)
            .ConfigureAwait(false);
        return info.ToImageInfo(request.Path, inspection.IsAcceptable, inspection.Facts.SizeSource);
    }

    /// <summary>The verdict stays, which holds the content against the format; the facts are those of bytes without a header.</summary>
    private static ImageInspection AsRaw(string path, RootImageReader? asRoot, ImageInspection inspection)
    {
        if (inspection.Facts.Format == DiskFormat.Raw)
        {
            return inspection;
        }

        long length = asRoot?.Length ?? LengthOf(path);
        return new ImageInspection(inspection.Subject, new ImageFacts { Format = DiskFormat.Raw, VirtualSize = RawRules.SizeOf(length) }, inspection.Checks);
    }

    private static long LengthOf(string path)
    {
        using FileImageReader reader = FileImageReader.Open(path);
        return reader.Length;
    }
}
