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
    private readonly LocalImageFolder _folder;
    private readonly ServiceImage _begun;
    private readonly FileStream _partial;
    private readonly ContentHasher _hasher = new(HashAlgorithms.Md5, HashAlgorithms.Sha512);
    private ImageUploadOptions _options = ImageUploadOptions.Default;
    private long _size;
    private bool _isCompleted;

    private LocalUpload(LocalImageFolder folder, ServiceImage begun, FileStream partial, bool hasLocks)
    {
        HasLocks = hasLocks;
        _folder = folder;
        _begun = begun;
        _partial = partial;
    }

    /// <summary>False where the file system lets two have a file that only one may have.</summary>
    public bool HasLocks { get; }

    /// <summary>Takes the image for this upload; the lock is held.</summary>
    /// <exception cref="ImageStatusConflictException">The image is not queued.</exception>
    public static LocalUpload Begin(LocalImageFolder folder, ServiceImage image)
    {
        if (!string.Equals(image.Status, ImageVocabulary.Queued, StringComparison.Ordinal))
        {
            throw new ImageStatusConflictException(image.ImageId, image.Status, ImageVocabulary.Queued);
        }

        string path = folder.PartialPath(image.ImageId);
        if (IsAlive(folder, image.ImageId))
        {
            throw new ImageStatusConflictException(image.ImageId, ImageVocabulary.Saving, ImageVocabulary.Queued);
        }

        // Never written through: what stands there may be a link to somebody else's file.
        File.Delete(path);
        FileStream file = FolderLock.Create(path);
        ServiceImage saving = image with { Status = ImageVocabulary.Saving, UpdatedAt = DateTime.UtcNow };
        try
        {
            bool hasLocks = IsHeld(path);
            if (!hasLocks)
            {
                UploadOwner.Write(folder.OwnerPath(image.ImageId));
            }

            folder.Replace(saving);
            return new LocalUpload(folder, saving, file, hasLocks);
        }
        catch
        {
            file.Dispose();
            LocalImageFolder.RemoveFile(path);
            LocalImageFolder.RemoveFile(folder.OwnerPath(image.ImageId));
            throw;
        }
    }

    /// <summary>Says whether a saving image's writer lives; the lock is held.</summary>
    public static bool IsAlive(LocalImageFolder folder, string id) =>
        IsHeld(folder.PartialPath(id)) || UploadOwner.IsAlive(folder.OwnerPath(id));

    /// <summary>Writes the data and hashes them on the way.</summary>
    public async Task ReceiveAsync(Stream data, ImageUploadOptions uploadOptions, CancellationToken cancellationToken)
    {
        _options = uploadOptions;
        if (_options.Size is long announced && DiskSpace.AvailableBytes(_folder.FolderPath) < announced)
        {
            throw new NoSpaceException(DiskSpace.MountPointOf(_folder.FolderPath));
        }

        string id = _begun.ImageId;
        var copy = new ContentCopy
        {
            OnReadError = e => new ImageUploadFailedException(id, e.Message, e),
            OnWriteError = Explain,
            Limit = _options.Size,
        };
        _size = await copy.RunAsync(data, _partial, _hasher, cancellationToken).ConfigureAwait(false);
        if (_options.Size is long expected && _size != expected)
        {
            string came = _size > expected ? "more came" : string.Create(CultureInfo.InvariantCulture, $"{_size} came");
            throw new ImageUploadFailedException(id, string.Create(CultureInfo.InvariantCulture, $"{expected} bytes were announced and {came}."));
        }

        try
        {
            _partial.Flush();
            FileSync.Flush(_partial.SafeFileHandle);
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
            throw new ImageNotFoundException(_begun.ImageId);
        }

        _partial.Dispose();
        File.Move(_folder.PartialPath(_begun.ImageId), _folder.DataPath(_begun.ImageId), overwrite: true);
        ServiceImage active = current with
        {
            Status = ImageVocabulary.Active,
            Size = _size,
            VirtualSize = _options.VirtualSize ?? current.VirtualSize,
            Checksum = _hasher.Current(HashAlgorithms.Md5).Value,
            OsHashAlgo = HashAlgorithms.Sha512,
            OsHashValue = _hasher.Current(HashAlgorithms.Sha512).Value,
            Stores = [LocalImageService.StoreName],
            Properties = WithBaseImage(current.Properties),
            UpdatedAt = DateTime.UtcNow,
        };
        _folder.Replace(active);
        _isCompleted = true;
        RemoveOwner();
        return active;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _hasher.Dispose();
        if (_isCompleted)
        {
            return;
        }

        try
        {
            using (await _folder.LockAsync(CancellationToken.None).ConfigureAwait(false))
            {
                await _partial.DisposeAsync().ConfigureAwait(false);
                if (_folder.Read(_begun.ImageId) is { } current && IsStillOurs(current))
                {
                    _folder.Requeue(current);
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
            await _partial.DisposeAsync().ConfigureAwait(false);
            RemoveOwner();
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using FileStream? file = PlainFile.TryOpenAlone(path);
            return file is null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, or nothing that an upload would write.
            return false;
        }
    }

    private void RemoveOwner()
    {
        if (!HasLocks)
        {
            LocalImageFolder.RemoveFile(_folder.OwnerPath(_begun.ImageId));
        }
    }

    // An image may be deleted, and made anew under its id, while data come.
    private bool IsStillOurs(ServiceImage current) =>
        string.Equals(current.Status, ImageVocabulary.Saving, StringComparison.Ordinal) && current.CreatedAt == _begun.CreatedAt;

    private Dictionary<string, string> WithBaseImage(IReadOnlyDictionary<string, string> properties)
    {
        var all = new Dictionary<string, string>(properties, StringComparer.Ordinal);
        if (_options.BaseImageId is string baseImage)
        {
            all["base_image_ref"] = baseImage;
        }

        return all;
    }

    private ImageUtilsException Explain(IOException e) => DiskSpace.IsNoSpace(e)
        ? new NoSpaceException(DiskSpace.MountPointOf(_folder.FolderPath), e)
        : new DestinationUnwritableException(_folder.FolderPath, e.Message, e);
}
