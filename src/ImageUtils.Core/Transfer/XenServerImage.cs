using ImageUtils.Chains;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// Images of XenServer (disk format vhd in a container ovf): an archive with a chain of VHDs, which is merged before
/// anything else is done with it (cinder's replace_xenserver_image_with_coalesced_vhd).
/// </summary>
internal static class XenServerImage
{
    /// <summary>Merges a downloaded image into a temporary file: a fixed VHD, whose data any engine reads without a program.</summary>
    /// <param name="imageId">What errors name.</param>
    /// <param name="path">The archive; it stays as it is.</param>
    /// <param name="conversions">Where the file goes.</param>
    /// <param name="context">Settings and ports.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="ArchiveUnsafeException">It is damaged, or holds what may not be there.</exception>
    /// <exception cref="VhdChainBrokenException">The VHDs in it are no chain.</exception>
    /// <exception cref="VhdCorruptException">One of them is no sound VHD.</exception>
    /// <exception cref="ImageTooBigException">There is no room.</exception>
    public static async Task<TemporaryImageFile> MergeAsync(
        string imageId,
        string path,
        ConversionDirectory conversions,
        OperationContext context,
        CancellationToken cancellationToken)
    {
        TemporaryImageFile file = conversions.CreateForDownload(imageId);
        try
        {
            await new VhdChainMerger(context).MergeAsync(
                new VhdMergeRequest
                {
                    Source = new VhdChainSource { ArchivePath = path, ArchiveName = imageId },
                    DestinationPath = file.Path,
                    OutputFormat = DiskFormat.Vhd,
                    OutputSubformat = "fixed",
                    Force = true,
                },
                cancellationToken).ConfigureAwait(false);
            return file;
        }
        catch (NoSpaceException e)
        {
            file.Dispose();
            throw new ImageTooBigException(imageId, $"No space left in image_conversion_dir path ({conversions.FolderPath}) while merging the VHDs of image {imageId}.", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
