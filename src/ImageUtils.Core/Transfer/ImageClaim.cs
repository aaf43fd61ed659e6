using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;

namespace ImageUtils.Transfer;

/// <summary>What the record of an image claims its data to be, in the words of an inspection.</summary>
internal static class ImageClaim
{
    /// <summary>
    /// The inspection of an image's data. Without a wrapper the disk format is the claim. The data of a wrapped image are
    /// the wrapper, so nothing is compared, but whatever is found is judged all the same: a container format is no way
    /// around the checks.
    /// </summary>
    public static InspectionRequest InspectionOf(ServiceImage image, OperationContext context) => new()
    {
        ClaimedFormat = IsWrapped(image) ? null : ClaimOf(image.DiskFormat, image.ImageId),
        AllowedVmdkTypes = context.Options.VmdkAllowedTypes,
        ImageId = image.ImageId,
    };

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

    private static bool IsWrapped(ServiceImage image) =>
        image.IsXenServer || image.ContainerFormat is ImageVocabulary.Compressed or "ova" or "docker";
}
