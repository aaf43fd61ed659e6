using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.Services.Local;

/// <summary>
/// One upload into a local image: begun and completed under the folder's lock, received without it. Disposing of one that
/// was not completed puts the image back to queued and removes what came.
/// </summary>
internal sealed class LocalUpload : IAsyncDisposable
{
    private readonly LocalImageFolder folder;
    private readonly ServiceImage begun;
    private readonly FileStream partial;
    private readonly ContentHasher hasher = new(HashAlgorithms.Md5, HashAlgorithms.Sha512);
    private ImageUploadOptions options = ImageUploadOptions.Default;
    private long size;
    private bool isCompleted;

    private LocalUpload(LocalImageFolder folder, ServiceImage begun, FileStream partial)
    {
        this.folder = folder;
        this.begun = begun;
        this.partial = partial;
    }

    /// <summary>Takes the image for this upload; the lock is held.</summary>
    /// <exception cref="ImageStatusConflictException">The image is not queued.</exception>
    public static LocalUpload Begin(LocalImageFolder folder, ServiceImage image)
    {
        if (!string.Equals(image.Status, ImageVocabulary.Queued, StringComparison.Ordinal))
        {
            throw new ImageStatusConflictException(image.ImageId, image.Status, ImageVocabulary.Queued);
        }

        string path = folder.PartialPath(image.ImageId);
        FileStream file = FolderLock.TryOpen(path, FileMode.Create)
            ?? throw new ImageStatusConflictException(image.ImageId, ImageVocabulary.Saving, ImageVocabulary.Queued);
        ServiceImage saving = image with { Status = ImageVocabulary.Saving, UpdatedAt = DateTime.UtcNow };
        try
        {
            folder.Replace(saving);
        }
        catch
        {
            file.Dispose();
            LocalImageFolder.RemoveFile(path);
            throw;
        }

        return new LocalUpload(folder, saving, file);
    }

    /// <summary>Says whether a saving image's writer lives; the lock is held.</summary>
    public static bool IsAlive(LocalImageFolder folder, string id)
    {
        try
        {
            using FileStream? file = FolderLock.TryOpen(folder.PartialPath(id), FileMode.Open);
            return file is null;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Writes the data and hashes them on the way.</summary>
    public async Task ReceiveAsync(Stream data, ImageUploadOptions uploadOptions, CancellationToken cancellationToken)
    {
        options = uploadOptions;
        if (options.Size is long announced && DiskSpace.AvailableBytes(folder.FolderPath) < announced)
        {
            throw new NoSpaceException(DiskSpace.MountPointOf(folder.FolderPath));
        }

        string id = begun.ImageId;
        var copy = new ContentCopy
        {
            OnReadError = e => new ImageUploadFailedException(id, e.Message, e),
            OnWriteError = Explain,
            Limit = options.Size,
        };
        size = await copy.RunAsync(data, partial, hasher, cancellationToken).ConfigureAwait(false);
        if (options.Size is long expected && size != expected)
        {
            string came = size > expected ? "more came" : string.Create(CultureInfo.InvariantCulture, $"{size} came");
            throw new ImageUploadFailedException(id, string.Create(CultureInfo.InvariantCulture, $"{expected} bytes were announced and {came}."));
        }

        try
        {
            partial.Flush(flushToDisk: true);
        }
        catch (IOException e)
        {
            throw Explain(e);
        }
    }

    /// <summary>Makes the data the image's; the lock is held.</summary>
    /// <param name="current">The record as it is now.</param>
    /// <returns>The active image.</returns>
    public ServiceImage Complete(ServiceImage current)
    {
        if (!IsStillOurs(current))
        {
            throw new ImageNotFoundException(begun.ImageId);
        }

        partial.Dispose();
        File.Move(folder.PartialPath(begun.ImageId), folder.DataPath(begun.ImageId), overwrite: true);
        ServiceImage active = current with
        {
            Status = ImageVocabulary.Active,
            Size = size,
            VirtualSize = options.VirtualSize ?? current.VirtualSize,
            Checksum = hasher.Current(HashAlgorithms.Md5).Value,
            OsHashAlgo = HashAlgorithms.Sha512,
            OsHashValue = hasher.Current(HashAlgorithms.Sha512).Value,
            Stores = [LocalImageService.StoreName],
            Properties = WithBaseImage(current.Properties),
            UpdatedAt = DateTime.UtcNow,
        };
        folder.Replace(active);
        isCompleted = true;
        return active;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        hasher.Dispose();
        if (isCompleted)
        {
            return;
        }

        try
        {
            using (await folder.LockAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await partial.DisposeAsync().ConfigureAwait(false);
                if (folder.Read(begun.ImageId) is { } current && IsStillOurs(current))
                {
                    folder.Requeue(current);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUtilsException)
        {
            // What ended the upload is what the caller should hear. The record says saving without a living writer, which
            // the next one who looks puts right.
        }
        finally
        {
            await partial.DisposeAsync().ConfigureAwait(false);
        }
    }

    // An image may be deleted, and made anew under its id, while data come.
    private bool IsStillOurs(ServiceImage current) =>
        string.Equals(current.Status, ImageVocabulary.Saving, StringComparison.Ordinal) && current.CreatedAt == begun.CreatedAt;

    private Dictionary<string, string> WithBaseImage(IReadOnlyDictionary<string, string> properties)
    {
        var all = new Dictionary<string, string>(properties, StringComparer.Ordinal);
        if (options.BaseImageId is string baseImage)
        {
            all["base_image_ref"] = baseImage;
        }

        return all;
    }

    private ImageUtilsException Explain(IOException e) => DiskSpace.IsNoSpace(e)
        ? new NoSpaceException(DiskSpace.MountPointOf(folder.FolderPath), e)
        : new DestinationUnwritableException(folder.FolderPath, e.Message, e);
}
