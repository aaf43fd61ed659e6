using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Conversion;

/// <summary>Looks at what a conversion wrote, before it gets its name.</summary>
internal sealed class ResultInspection
{
    /// <summary>What we write ourselves is fine whatever the list for images of others says.</summary>
    private static readonly string[] WritableVmdkTypes = ["monolithicSparse", "streamOptimized"];

    private readonly OperationContext _context;

    /// <summary>Makes it.</summary>
    /// <param name="context">Settings and ports.</param>
    public ResultInspection(OperationContext context) => _context = context;

    /// <summary>Refuses a result that is not what the plan promised.</summary>
    /// <param name="path">The result.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="subject">The image id or path that a refusal names.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <exception cref="ImageUnacceptableException">It is another format, or not safe.</exception>
    /// <exception cref="ConversionFailedException">The disk inside has another size.</exception>
    public void Check(string path, ConversionPlan plan, string subject, CancellationToken cancellationToken) =>
        Check(path, plan.OutputFormat, plan.VirtualSize, plan.Source.Path, subject, cancellationToken);

    /// <summary>Refuses a result that is not what was promised.</summary>
    /// <param name="path">The result.</param>
    /// <param name="outputFormat">The format it must have.</param>
    /// <param name="virtualSize">The size the disk inside must have, in bytes.</param>
    /// <param name="sourcePath">What it was made from.</param>
    /// <param name="subject">The image id or path that a refusal names.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <exception cref="ImageUnacceptableException">It is another format, or not safe.</exception>
    /// <exception cref="ConversionFailedException">The disk inside has another size.</exception>
    public void Check(string path, DiskFormat outputFormat, long virtualSize, string sourcePath, string subject, CancellationToken cancellationToken)
    {
        long size = outputFormat == DiskFormat.Raw
            ? CheckRaw(path, subject, cancellationToken)
            : CheckFormat(path, outputFormat, subject, cancellationToken);
        if (size != virtualSize)
        {
            throw new ConversionFailedException(sourcePath, $"The result holds {size} bytes instead of {virtualSize}.");
        }
    }

    /// <summary>
    /// Raw may hold anything but what a later tool, left to guess, would open as an image of its own: a guest that writes a
    /// qcow2 header to its disk reads files of the host that way (CVE-2015-1851, glance's image_conversion). Partition tables
    /// and ISO file systems are content; so is LUKS, which cinder renames raw too.
    /// </summary>
    private long CheckRaw(string path, string subject, CancellationToken cancellationToken)
    {
        DiskFormat format = _context.Inspector.Inspect(path, new InspectionRequest { ImageId = subject }, cancellationToken).Facts.Format;
        bool isContent = format.QemuName is null or "raw" or "luks";
        return isContent
            ? new FileInfo(path).Length
            : throw new ImageUnacceptableException(subject, $"Converted to raw, but format is now {format}.");
    }

    private long CheckFormat(string path, DiskFormat output, string subject, CancellationToken cancellationToken)
    {
        var request = new InspectionRequest
        {
            AllowedVmdkTypes = [.. _context.Options.VmdkAllowedTypes, .. WritableVmdkTypes],
            ImageId = subject,
        };
        ImageInspection inspection = _context.Inspector.Inspect(path, request, cancellationToken);
        if (inspection.Facts.Format != output)
        {
            throw new ImageUnacceptableException(subject, $"Converted to {output}, but format is now {inspection.Facts.Format}.", inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed).ToArray());
        }

        return inspection.ThrowIfUnacceptable().Facts.VirtualSize;
    }
}
