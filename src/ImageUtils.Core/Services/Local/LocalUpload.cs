using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.Services.Local;

/// <summary>
/// One upload into a local image: begun and completed under the folder's lock, received without it. Disposing of one that
/// was not completed puts the image back to queued and removes what came. A replacement is an upload into an image that has
/// data: they stay, and it stays active, until the new ones are complete.
/// </summary>
internal sealed class LocalUpload : IAsyncDisposable
{
    private readonly LocalImageFolder _folder;
    private readonly ServiceImage _begun;
    private readonly FileStream _partial;
    private readonly ImageReplacement? _replacement;
    private readonly ContentHasher _hasher = new(HashAlgorithms.Md5, HashAlgorithms.Sha512);
    private ImageUploadOptions _options = ImageUploadOptions.Default;
    private long _size;
    private bool _isCompleted;

    private LocalUpload(LocalImageFolder folder, ServiceImage begun, FileStream partial, bool hasLocks, ImageReplacement? replacement)
    {
        _replacement = replacement;
        HasLocks = hasLocks;
        _folder = folder;
        _begun = begun;
        _partial = partial;
    }

    /// <summary>False where the file system lets two have a file that only one may have.</summary>
    public bool HasLocks { get; }

    /// <summary>Takes the image for this upload; the lock is held.</summary>
    /// <param name="folder">The service's folder.</param>
    /// <param name="image">The image's record as it is now.</param>
    /// <param name="replacement">What replaces the data that it has; null: it has none yet.</param>
    /// <exception cref="ImageStatusConflictException">The image is not queued, or for a replacement not active or not the same any more.</exception>
    public static LocalUpload Begin(LocalImageFolder folder, ServiceImage image, ImageReplacement? replacement = null)
    {
        string required = replacement is null ? ImageVocabulary.Queued : ImageVocabulary.Active;
        if (!string.Equals(image.Status, required, StringComparison.Ordinal))
        {
            throw new ImageStatusConflictException(image.ImageId, image.Status, required);
        }

        string path = folder.PartialPath(image.ImageId);
        if (IsAlive(folder, image.ImageId))
        {
            throw new ImageStatusConflictException(image.ImageId, ImageVocabulary.Saving, required);
        }

        if (replacement is not null)
        {
            RequireSame(image, replacement.Original);
        }

        // Never written through: what stands there may be a link to somebody else's file.
        File.Delete(path);
        FileStream file = FolderLock.Create(path);
        ServiceImage begun = replacement is null ? image with { Status = ImageVocabulary.Saving, UpdatedAt = DateTime.UtcNow } : image;
        try
        {
            bool hasLocks = IsHeld(path);
            if (!hasLocks)
            {
                UploadOwner.Write(folder.OwnerPath(image.ImageId));
            }

            if (replacement is null)
            {
                folder.Replace(begun);
            }

            return new LocalUpload(folder, begun, file, hasLocks, replacement);
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

    /// <summary>Writes the data, hashes them on the way, and has them judged.</summary>
    public async Task ReceiveAsync(Stream data, ImageUploadOptions uploadOptions, IUploadInspector? inspector, CancellationToken cancellationToken)
    {
        // What replaces data was judged by who made it of them.
        inspector = _replacement is null ? inspector : null;
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
            OnPiece = inspector?.Watch(_begun, _options.Size, cancellationToken),
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
            using var whole = new OpenFileReader(_partial.SafeFileHandle, id);
            _options = _options with { VirtualSize = inspector?.Judge(_begun, whole, cancellationToken) ?? _options.VirtualSize };
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

        if (_replacement is not null)
        {
            RequireSame(current, _replacement.Original);
        }

        _partial.Dispose();
        ServiceImage active = Fill(current);
        if (_replacement is null)
        {
            File.Move(_folder.PartialPath(_begun.ImageId), _folder.DataPath(_begun.ImageId), overwrite: true);
            _folder.Replace(active);
        }
        else
        {
            _folder.ReplaceData(active);
        }

        _isCompleted = true;
        RemoveOwner();
        return active;
    }

    private ServiceImage Fill(ServiceImage current)
    {
        ServiceImage active = current with
        {
            Status = ImageVocabulary.Active,
            Size = _size,
            VirtualSize = _options.VirtualSize ?? current.VirtualSize,
            Checksum = _hasher.Current(HashAlgorithms.Md5).Value,
            OsHashAlgo = HashAlgorithms.Sha512,
            OsHashValue = _hasher.Current(HashAlgorithms.Sha512).Value,
            Stores = [LocalImageService.StoreName],
            Properties = PropertiesOf(current),
            UpdatedAt = DateTime.UtcNow,
        };
        return _replacement is null
            ? active
            : active with { DiskFormat = ImageRules.GlanceDiskFormat(_replacement.DiskFormat), ContainerFormat = _replacement.ContainerFormat };
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
                if (_replacement is not null)
                {
                    LocalImageFolder.RemoveFile(_folder.PartialPath(_begun.ImageId));
                }
                else if (_folder.Read(_begun.ImageId) is { } current && IsStillOurs(current))
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
        string.Equals(current.Status, _begun.Status, StringComparison.Ordinal) && current.CreatedAt == _begun.CreatedAt;

    /// <summary>What new data were made of must be what they replace.</summary>
    private static void RequireSame(ServiceImage current, ServiceImage original)
    {
        bool isSame = current.CreatedAt == original.CreatedAt
            && current.Size == original.Size
            && string.Equals(current.Checksum, original.Checksum, StringComparison.Ordinal)
            && string.Equals(current.OsHashValue, original.OsHashValue, StringComparison.Ordinal);
        if (!isSame)
        {
            throw new ImageStatusConflictException(current.ImageId, "its data have been replaced meanwhile.", new InvalidOperationException("The image is not the one that the new data were made of."));
        }
    }

    private Dictionary<string, string> PropertiesOf(ServiceImage current)
    {
        var all = new Dictionary<string, string>(current.Properties, StringComparer.Ordinal);
        foreach (string name in _replacement?.RemoveProperties ?? [])
        {
            all.Remove(name);
        }

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
