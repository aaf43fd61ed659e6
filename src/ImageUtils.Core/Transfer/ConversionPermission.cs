using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Transfer;

/// <summary>The option ConversionDisabled (cinder: image_conversion_disable), held against one transfer.</summary>
internal static class ConversionPermission
{
    /// <summary>Refuses a download that would need a conversion. Names of one format (vhd, vpc) do not differ.</summary>
    /// <exception cref="ImageConversionNotAllowedException">The option is on and the formats differ.</exception>
    public static void CheckDownload(ImageUtilsOptions options, string diskFormat, DiskFormat volumeFormat, string imageId)
    {
        if (options.ConversionDisabled && !IsSame(diskFormat, volumeFormat))
        {
            throw new ImageConversionNotAllowedException(
                imageId,
                $"Conversion is disabled, and the volume is to be {volumeFormat.Name}, while the image is {diskFormat}. For this volume you must use an image with the disk_format property '{volumeFormat.Name}'.");
        }
    }

    /// <summary>Refuses an upload that would need a conversion.</summary>
    /// <exception cref="ImageConversionNotAllowedException">The option is on and the formats differ.</exception>
    public static void CheckUpload(ImageUtilsOptions options, string diskFormat, DiskFormat volumeFormat, string imageId)
    {
        if (options.ConversionDisabled && !IsSame(diskFormat, volumeFormat))
        {
            throw new ImageConversionNotAllowedException(
                imageId,
                $"Conversion is disabled, and the image is to be {diskFormat}, but this volume can only be uploaded in the format '{volumeFormat.Name}'.");
        }
    }

    private static bool IsSame(string diskFormat, DiskFormat volumeFormat) =>
        DiskFormat.TryParse(diskFormat, out DiskFormat? format) && format == volumeFormat;
}
