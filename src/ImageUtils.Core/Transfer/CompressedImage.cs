using System.IO.Compression;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// Images of container_format compressed: gzip around the whole disk image. Done here by the runtime's own zlib, where
/// cinder runs gzip or qzip, so that nothing has to be installed and nothing is left when it ends early.
/// </summary>
internal static class CompressedImage
{
    /// <summary>A gzip of no data: header, one empty block, checksum and length (RFC 1952).</summary>
    private static ReadOnlyMemory<byte> EmptyMember { get; } = new byte[] { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

    /// <summary>Says whether a container format is this one.</summary>
    public static bool Is(string? containerFormat) => string.Equals(containerFormat, ImageVocabulary.Compressed, StringComparison.Ordinal);

    /// <summary>Refuses compressed images where the options do not allow them.</summary>
    /// <exception cref="ImageUnacceptableException">It is one, and they do not.</exception>
    public static void RequireAllowed(ServiceImage image, ImageUtilsOptions options) => RequireAllowed(image.ImageId, image.ContainerFormat, options);

    /// <summary>Refuses to read or make a compressed image where the options do not allow it.</summary>
    /// <exception cref="ImageUnacceptableException">It is one, and they do not.</exception>
    public static void RequireAllowed(string label, string? containerFormat, ImageUtilsOptions options)
    {
        if (Is(containerFormat) && !options.AllowCompressionOnUpload)
        {
            throw new ImageUnacceptableException(label, "Image compression disallowed, but container_format is compressed.");
        }
    }

    /// <summary>Unpacks a downloaded image into a temporary file of its own.</summary>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="ImageUnacceptableException">It is not gzip, is cut or damaged, or unpacks to too much.</exception>
    /// <exception cref="ImageTooBigException">There is no room.</exception>
    public static async Task<TemporaryImageFile> UnpackAsync(
        string imageId,
        string path,
        ConversionDirectory conversions,
        OperationContext context,
        CancellationToken cancellationToken)
    {
        TemporaryImageFile file = conversions.CreateForDownload(imageId);
        try
        {
            FileStream source = TemporaryImageFile.OpenRead(path);
            await using (source.ConfigureAwait(false))
            {
                FileStream destination = file.OpenWrite();
                await using (destination.ConfigureAwait(false))
                {
                    var progress = new ProgressMeter(context.Progress, $"Decompressing image {imageId}", source.Length);
                    await new GzipExpansion(imageId, GzipLimits.Default, progress).RunAsync(source, destination, cancellationToken).ConfigureAwait(false);
                }
            }

            return file;
        }
        catch (IOException e)
        {
            file.Dispose();
            throw DiskSpace.IsNoSpace(e)
                ? new ImageTooBigException(imageId, $"No space left in image_conversion_dir path ({conversions.FolderPath}) while decompressing image {imageId}.", e)
                : new ImageUnreadableException(path, e.Message, e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Packs what is to be uploaded into a temporary file.</summary>
    /// <returns>The file, which the caller disposes of, and the number of bytes that went into it.</returns>
    /// <exception cref="NoSpaceException">There is no room.</exception>
    public static async Task<(TemporaryImageFile File, long Unpacked)> PackAsync(
        string label,
        Stream content,
        ConversionDirectory conversions,
        OperationContext context,
        CancellationToken cancellationToken)
    {
        TemporaryImageFile file = conversions.CreateForUpload();
        try
        {
            FileStream destination = file.OpenWrite();
            await using (destination.ConfigureAwait(false))
            {
                long unpacked;
                var packing = new GZipStream(destination, CompressionLevel.Optimal, leaveOpen: true);
                await using (packing.ConfigureAwait(false))
                {
                    using var hasher = new ContentHasher();
                    var copy = new ContentCopy
                    {
                        OnReadError = e => new ImageUploadFailedException(label, e.Message, e),
                        OnWriteError = e => e,
                        Progress = new ProgressMeter(context.Progress, "Compressing the image", content.CanSeek ? content.Length : null),
                    };
                    unpacked = await copy.RunAsync(content, packing, hasher, cancellationToken).ConfigureAwait(false);
                }

                if (unpacked == 0)
                {
                    // For no data the runtime's stream writes nothing, or after a flush a member that never ends; nobody could
                    // unpack either.
                    destination.SetLength(0);
                    await destination.WriteAsync(EmptyMember, cancellationToken).ConfigureAwait(false);
                }

                return (file, unpacked);
            }
        }
        catch (IOException e)
        {
            // The last bytes are written when the streams are closed, so trouble can come that late.
            file.Dispose();
            throw DiskSpace.IsNoSpace(e)
                ? new NoSpaceException(DiskSpace.MountPointOf(conversions.FolderPath), e)
                : new DestinationUnwritableException(file.Path, e.Message, e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
