using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;

namespace ImageUtils.Transfer;

/// <summary>What the record of an image claims its data to be, in the words of an inspection.</summary>
internal static class ImageClaim
{
    /// <summary>The inspection of data that will be read as a disk: they must be what the disk format says.</summary>
    public static InspectionRequest OfDisk(ServiceImage image, OperationContext context) => OfDisk(image, context.Options);

    /// <inheritdoc cref="OfDisk(ServiceImage, OperationContext)"/>
    public static InspectionRequest OfDisk(ServiceImage image, ImageUtilsOptions options) => new()
    {
        ClaimedFormat = ClaimOf(image.DiskFormat, image.ImageId),
        AllowedVmdkTypes = options.VmdkAllowedTypes,
        ImageId = image.ImageId,
    };

    /// <summary>
    /// The inspection of data that are only kept. Those of a wrapped image are the wrapper: they are not compared, and being
    /// packed is no fault, but whatever else is found is judged all the same. A container format is no way around the checks.
    /// </summary>
    public static InspectionRequest OfFile(ServiceImage image, OperationContext context)
    {
        InspectionRequest disk = OfDisk(image, context);
        return IsWrapped(image) ? disk with { ClaimedFormat = null, IgnoreChecks = [CheckNames.Container] } : disk;
    }

    /// <summary>Inspects data that are only kept (cinder's fetch_verify_image), and says so where they are a wrapper.</summary>
    /// <returns>What the data are.</returns>
    /// <exception cref="ImageUnacceptableException">They are unsafe, or not what they claim to be.</exception>
    public static ImageFacts JudgeFile(ServiceImage image, string path, OperationContext context, CancellationToken cancellationToken)
    {
        ImageFacts facts = context.Inspector.Inspect(path, OfFile(image, context), cancellationToken).ThrowIfUnacceptable().Facts;
        if (IsWrapped(image))
        {
            context.Log.Warning($"The data of image {image.ImageId} are packed ({facts.Format.Name}); what is inside was not judged.");
        }

        return facts;
    }

    /// <summary>Says whether the data of an image are a wrapper around the disk.</summary>
    public static bool IsWrapped(ServiceImage image) =>
        image.IsXenServer || image.ContainerFormat is ImageVocabulary.Compressed or "ova" or "docker";

    /// <summary>The claim of a disk format.</summary>
    /// <returns>A name the inspector takes; null: none is set.</returns>
    /// <exception cref="ImageUnacceptableException">Nobody knows the format.</exception>
    public static string? ClaimOf(string? diskFormat, string imageId) => diskFormat switch
    {
        null => null,
        "ami" or "ari" or "aki" => "ami",
        _ when DiskFormat.TryParse(diskFormat, out DiskFormat? known) => known.Name,
        _ => throw new ImageUnacceptableException(imageId, $"Its disk_format '{diskFormat}' is not known."),
    };
}
