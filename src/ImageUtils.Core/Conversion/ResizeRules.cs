using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Formats;

namespace ImageUtils.Conversion;

/// <summary>
/// What of a resize can be refused before anything is touched. Pure. qemu-img says only "Image format driver does not
/// support resize" for most formats, and for some of the others fails when it has begun.
/// </summary>
internal static class ResizeRules
{
    private const int SectorSize = 512;

    // QCOW2 version 2: an internal snapshot has no place for the disk's size (docs/interop/qcow2.txt, "Snapshots").
    private const string VersionTwo = "0.10";

    /// <summary>Checks the size that was asked for.</summary>
    /// <exception cref="InvalidSizeException">It is no size of a disk.</exception>
    public static void RequireSize(long sizeBytes)
    {
        if (sizeBytes <= 0 || sizeBytes % SectorSize != 0)
        {
            throw new InvalidSizeException(Text(sizeBytes), "the size of a disk is a multiple of 512 bytes, and more than 0.");
        }
    }

    /// <summary>Holds the content against what its owner says it is.</summary>
    /// <exception cref="FormatMismatchException">They differ; a partition table or an ISO file system on a raw disk does not count.</exception>
    public static void RequireFormat(ResizeRequest request, DiskFormat found)
    {
        if (request.ImageFormat is { } named && named != found && !(named.IsRawContent && found.IsRawContent))
        {
            throw new FormatMismatchException(request.Path, named.Name, found.Name)
            {
                RecommendedAction = "Nothing was changed. A volume that carries a header of another format may have been prepared by its guest (CVE-2026-24708); look at it with Test-ImageFormat.",
            };
        }
    }

    /// <summary>Refuses what neither we nor qemu-img can resize, and a shrink that was not asked for.</summary>
    /// <returns>True where the disk becomes smaller.</returns>
    /// <exception cref="NotSupportedOperationException">The image cannot be resized in this way.</exception>
    /// <exception cref="InvalidSizeException">The disk would become smaller, and <see cref="ResizeRequest.Shrink"/> is not set.</exception>
    public static bool RequireAble(ResizeRequest request, ImageFacts facts)
    {
        bool isSmaller = request.SizeBytes < facts.VirtualSize;
        DiskFormat format = facts.Format;
        if (!format.IsRawContent && format != DiskFormat.Qcow2)
        {
            throw new NotSupportedOperationException($"The size of a {format} image cannot be changed in place; that works for raw and qcow2.")
            {
                RecommendedAction = "Convert it to raw or qcow2, resize that, and convert it back.",
            };
        }

        if (facts.IsEncrypted)
        {
            throw new NotSupportedOperationException("The image is encrypted, and this version cannot hand its passphrase to qemu-img resize.");
        }

        if (facts.Snapshots.Count > 0 && facts.FormatSpecific.TryGetValue("compat", out object? compat) && compat is VersionTwo)
        {
            throw new NotSupportedOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The image has {facts.Snapshots.Count} internal snapshot(s), and in qcow2 version 2 (compat 0.10) these cannot outlive a change of size."))
            {
                RecommendedAction = "Remove the snapshots, or convert the image, which gives a version 3 image without them.",
            };
        }

        if (isSmaller && !request.Shrink)
        {
            throw new InvalidSizeException(
                Text(request.SizeBytes),
                string.Create(CultureInfo.InvariantCulture, $"the disk has {facts.VirtualSize} bytes, and a smaller one loses what lies behind its end."))
            {
                RecommendedAction = "Shrink file systems and partitions inside first, then allow it with -Shrink (--shrink).",
            };
        }

        return isSmaller;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
