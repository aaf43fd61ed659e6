using System.Runtime.CompilerServices;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Services.Local;

/// <summary>
/// An image service in a folder: <c>ID/image.json</c> with the names of the Image API v2, and <c>ID/data</c>. It keeps
/// Glance's rules, so that what works here works there. Any number of processes may use one folder at a time.
/// </summary>
public sealed class LocalImageService : IImageService
{
    /// <summary>The name of the one store there is.</summary>
    public const string StoreName = "local";

    private readonly LocalImageFolder _folder;
    private readonly IOperationLog _log;

    /// <summary>Makes the service; the folder is made with the first image.</summary>
    /// <param name="folderPath">The folder.</param>
    /// <param name="log">Hears of damaged records; null: nobody.</param>
    public LocalImageService(string folderPath, IOperationLog? log = null)
    {
        _folder = new LocalImageFolder(folderPath);
        _log = log ?? SilentLog.Instance;
    }

    /// <inheritdoc/>
    public string Kind => "local";

    /// <inheritdoc/>
    public string Location => _folder.FolderPath;

    /// <inheritdoc/>
    public string? CertificateDirectory { get; init; }

    /// <summary>Who is asked whether data that are uploaded may be an image's; null: whatever comes is kept.</summary>
    public IUploadInspector? UploadInspector { get; init; }

    /// <inheritdoc/>
    public bool ReplacesData => true;

    /// <inheritdoc/>
    /// <remarks>Everything below the folder, whatever links lead there.</remarks>
    public bool Owns(string path) => IsPath(path) && RealPath.Below(path, _folder.FolderPath) is not null;

    /// <inheritdoc/>
    public bool IsDataOf(string imageId, string path)
    {
        if (!IsPath(path) || !ImageRules.TryNormalizeId(imageId, out string id))
        {
            return false;
        }

        string data = _folder.DataPath(id);
        FileIdentity? one = FileIdentity.TryOf(path);
        return (one is { Inode: not 0 } && FileIdentity.TryOf(data) is { } other && one.Inode == other.Inode && one.Device == other.Device)
            || string.Equals(RealPath.Below(path, _folder.FolderPath), Path.Combine(id, "data"), StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    /// <remarks>A damaged record is skipped with a warning.</remarks>
    /// <exception cref="ServiceUnavailableException">The folder cannot be read.</exception>
    public async IAsyncEnumerable<ServiceImage> ListAsync(ImageFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (filter.MemberStatus is not null)
        {
            this.RequireMembers();
        }

        var images = new List<ServiceImage>();
        foreach (string id in _folder.Ids())
        {
            try
            {
                if (await ReadAsync(id, cancellationToken).ConfigureAwait(false) is { } image && filter.Matches(image))
                {
                    images.Add(image);
                }
            }
            catch (ServiceUnavailableException e)
            {
                _log.Warning(e.Message);
            }
        }

        foreach (ServiceImage image in images.OrderBy(image => image.CreatedAt).ThenBy(image => image.ImageId, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return image;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ServiceUnavailableException">The image's record is damaged or cannot be read.</exception>
    public async Task<ServiceImage> GetAsync(string imageId, CancellationToken cancellationToken) =>
        await ReadAsync(RequireId(imageId), cancellationToken).ConfigureAwait(false) ?? throw new ImageNotFoundException(imageId);

    /// <inheritdoc/>
    /// <exception cref="InvalidImagePropertyException">A part of the definition breaks Glance's rules.</exception>
    /// <exception cref="ImageExistsException">There is an image of that id.</exception>
    /// <exception cref="DestinationUnwritableException">The folder cannot be written.</exception>
    /// <exception cref="NoSpaceException">There is no room for the record.</exception>
    public async Task<ServiceImage> CreateAsync(NewServiceImage definition, CancellationToken cancellationToken)
    {
        ServiceImage image = ImageRules.Queue(definition, DateTime.UtcNow);
        await ChangeAsync(() => _folder.Add(image), cancellationToken).ConfigureAwait(false);
        return image;
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenDataAsync(string imageId, CancellationToken cancellationToken)
    {
        ServiceImage image = await GetAsync(imageId, cancellationToken).ConfigureAwait(false);
        if (!string.Equals(image.Status, ImageVocabulary.Active, StringComparison.Ordinal))
        {
            throw new ImageDownloadFailedException(image.ImageId, $"its status is {image.Status}, not active.");
        }

        try
        {
            return PlainFile.OpenRead(_folder.DataPath(image.ImageId));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImageDownloadFailedException(image.ImageId, e.Message, e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ImageNotFoundException">There is no such image, or it was deleted during the upload.</exception>
    /// <exception cref="ImageStatusConflictException">The image is not queued.</exception>
    /// <exception cref="StoreNotFoundException">A store other than <see cref="StoreName"/> was asked for.</exception>
    /// <exception cref="ImageUploadFailedException">The data broke off, or are not as many as were announced.</exception>
    /// <exception cref="ImageUnacceptableException">They are unsafe, or not what the image's record says (<see cref="UploadInspector"/>).</exception>
    /// <exception cref="NoSpaceException">The data do not fit.</exception>
    /// <exception cref="DestinationUnwritableException">The folder cannot be written.</exception>
    public async Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken)
    {
        string id = RequireId(imageId);
        await this.ValidateStoreAsync(options.StoreId, cancellationToken).ConfigureAwait(false);

        if (options.BaseImageId is string baseImage && !ImageRules.TryNormalizeId(baseImage, out _))
        {
            throw new InvalidImagePropertyException("base_image_ref", baseImage, "it is not a UUID.");
        }

        return await ReceiveAsync(id, data, options, replacement: null, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ImageUploadFailedException">The data broke off, or are not as many as were announced.</exception>
    /// <exception cref="NoSpaceException">The data do not fit beside the old ones.</exception>
    /// <exception cref="DestinationUnwritableException">The folder cannot be written.</exception>
    public async Task<ServiceImage> ReplaceDataAsync(string imageId, Stream data, ImageReplacement replacement, CancellationToken cancellationToken)
    {
        string id = RequireId(imageId);
        await GetAsync(id, cancellationToken).ConfigureAwait(false);
        var options = new ImageUploadOptions { Size = replacement.Size, VirtualSize = replacement.VirtualSize };
        return await ReceiveAsync(id, data, options, replacement, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ServiceImage> ReceiveAsync(string id, Stream data, ImageUploadOptions options, ImageReplacement? replacement, CancellationToken cancellationToken)
    {
        LocalUpload? upload = null;
        await ChangeAsync(() => upload = LocalUpload.Begin(_folder, ReadForChange(id), replacement), cancellationToken).ConfigureAwait(false);
        await using (upload!.ConfigureAwait(false))
        {
            if (!upload!.HasLocks)
            {
                _log.Warning($"Files cannot be locked in {Location} (by its file system, or by DOTNET_SYSTEM_IO_DISABLEFILELOCKING): let no two processes change its images at the same time.");
            }

            await upload!.ReceiveAsync(data, options, UploadInspector, cancellationToken).ConfigureAwait(false);
            ServiceImage? result = null;
            await ChangeAsync(() => result = upload.Complete(ReadForChange(id)), cancellationToken).ConfigureAwait(false);
            return result!;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ImageProtectedException">The image is protected.</exception>
    /// <exception cref="DestinationUnwritableException">The folder cannot be written.</exception>
    public async Task DeleteAsync(string imageId, CancellationToken cancellationToken)
    {
        string id = RequireId(imageId);

        // Looked up first, so that asking for what is not there makes no folder.
        await GetAsync(id, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(
            () =>
            {
                if (ReadForChange(id).Protected)
                {
                    throw new ImageProtectedException(id);
                }

                _folder.Remove(id);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Records change by a rename under the folder's lock, so of two changes at once none is lost.</remarks>
    /// <exception cref="DestinationUnwritableException">The folder cannot be written.</exception>
    /// <exception cref="NoSpaceException">There is no room for the record.</exception>
    public async Task<ServiceImage> UpdateAsync(string imageId, ImageChanges changes, CancellationToken cancellationToken)
    {
        string id = RequireId(imageId);

        // As for a deletion: asking for what is not there makes no folder.
        ServiceImage image = await GetAsync(id, cancellationToken).ConfigureAwait(false);
        if (!changes.IsEmpty)
        {
            await ChangeAsync(
                () =>
                {
                    image = ImageRules.Apply(changes, ReadForChange(id), DateTime.UtcNow);
                    _folder.Replace(image);
                },
                cancellationToken).ConfigureAwait(false);
        }

        return image;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageStore>> ListStoresAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<ImageStore>>([new ImageStore { StoreId = StoreName, Description = $"The folder {Location}", IsDefault = true }]);
    }

    private static bool IsPath(string path) => path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal);

    private static string RequireId(string imageId) =>
        ImageRules.TryNormalizeId(imageId, out string id) ? id : throw new ImageNotFoundException(imageId);

    /// <summary>Reads a record; what a dead writer left in the middle is put right first.</summary>
    private async Task<ServiceImage?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        ServiceImage? image = _folder.Read(id);
        if (image is null || (!string.Equals(image.Status, ImageVocabulary.Saving, StringComparison.Ordinal) && !_folder.IsBetween(id)))
        {
            return image;
        }

        try
        {
            await ChangeAsync(() => image = _folder.ReadRecovered(id), cancellationToken).ConfigureAwait(false);
        }
        catch (DestinationUnwritableException)
        {
            // A folder that we may only read: the status is told as it stands.
        }

        return image;
    }

    private ServiceImage ReadForChange(string id) => _folder.ReadRecovered(id) ?? throw new ImageNotFoundException(id);

    private async Task ChangeAsync(Action change, CancellationToken cancellationToken)
    {
        try
        {
            using (await _folder.LockAsync(cancellationToken).ConfigureAwait(false))
            {
                change();
            }
        }
        catch (IOException e) when (DiskSpace.IsNoSpace(e))
        {
            throw new NoSpaceException(DiskSpace.MountPointOf(_folder.FolderPath), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationUnwritableException(_folder.FolderPath, e.Message, e);
        }
    }
}
