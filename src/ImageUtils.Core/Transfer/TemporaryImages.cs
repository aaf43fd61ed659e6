using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Storage;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Transfer;

/// <summary>
/// Images that are fetched for a while (cinder's TemporaryImages). One user's uses of one image share one file, also from
/// several processes; uses of different users never do. While a use is open, fetches of the same image by the same user
/// take the file instead of downloading again.
/// </summary>
public sealed class TemporaryImages
{
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(2);

    private readonly OperationContext _context;
    private readonly IImageService _service;
    private readonly string _user;
    private readonly ConversionDirectory _conversions;
    private readonly SharedFileStore _store;

    /// <summary>Makes the object; the file system is not touched.</summary>
    /// <param name="context">Settings, inspector, progress.</param>
    /// <param name="service">Where the images are.</param>
    /// <param name="suffix">What the names of new files end in; null: the backend's name.</param>
    /// <exception cref="ArgumentException">No file name can end in the suffix.</exception>
    public TemporaryImages(OperationContext context, IImageService service, string? suffix = null)
        : this(context, service, suffix, SystemUser.Key())
    {
    }

    internal TemporaryImages(OperationContext context, IImageService service, string? suffix, string user)
    {
        _context = context;
        _service = service;
        _user = user;
        _conversions = new ConversionDirectory(context.Options, suffix);
        _store = new SharedFileStore(_conversions.FolderPath);
    }

    /// <summary>Fetches an image, verified, or joins those of this user who have it already.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="cancellationToken">Ends the download; nothing is left.</param>
    /// <returns>The use; the caller disposes of it.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="ImageTooBigException">There is no room for it.</exception>
    /// <exception cref="ImageDownloadFailedException">It is not active, or the data did not come whole.</exception>
    /// <exception cref="DigestMismatchException">The data have another hash than was promised.</exception>
    /// <exception cref="ImageUnacceptableException">It is unsafe, or not what it claims to be.</exception>
    /// <exception cref="SignatureIncompleteException">It has some properties of a signature only.</exception>
    /// <exception cref="SignatureInvalidException">Its data are not those that were signed, or the signature cannot be verified.</exception>
    /// <exception cref="DestinationUnwritableException">The folder of temporary images cannot be written.</exception>
    /// <exception cref="NoSpaceException">There is no room for one more file.</exception>
    public async Task<TemporaryImage> OpenAsync(string imageId, CancellationToken cancellationToken)
    {
        ServiceImage image = await _service.GetAsync(imageId, cancellationToken).ConfigureAwait(false);
        ImageDownload.RequireActive(image);
        string key = KeyOf(image);
        _conversions.Prepare();

        // Whoever comes while another process downloads the same image waits for it, however long that takes.
        using IDisposable? taken = await LockAsync(key, cancellationToken).ConfigureAwait(false);
        SharedFileRecord? record = _store.Read(key);
        if (record is not null && await IsIntactAsync(record, cancellationToken).ConfigureAwait(false))
        {
            // Whoever fetched it may have asked for less.
            if (await SignatureCheck.PrepareAsync(_context, _service, image, isRequired: false, cancellationToken).ConfigureAwait(false) is { } signature)
            {
                await signature.VerifyFileAsync(_store.FileOf(record), _context, cancellationToken).ConfigureAwait(false);
            }

            return Join(image, key, record);
        }

        if (record is { Users.Count: > 0 })
        {
            // Somebody has changed the file that others still use: they keep it, and this use gets one of its own.
            (TemporaryImageFile own, _) = await DownloadAsync(image, cancellationToken).ConfigureAwait(false);
            return new TemporaryImage(image, own.Path, own, isShared: false);
        }

        return await FetchAsync(image, key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Joins those of this user who have an image already.</summary>
    /// <returns>The use; null: nobody has it.</returns>
    internal async Task<TemporaryImage?> TryJoinAsync(ServiceImage image, CancellationToken cancellationToken)
    {
        string key = KeyOf(image);
        if (!Directory.Exists(_conversions.FolderPath) || _store.Read(key) is not { Users.Count: > 0 })
        {
            return null;
        }

        try
        {
            using IDisposable? taken = await _store.LockAsync(key, JoinPatience, cancellationToken).ConfigureAwait(false);
            return taken is not null
                && _store.Read(key) is { Users.Count: > 0 } record
                && await IsIntactAsync(record, cancellationToken).ConfigureAwait(false)
                    ? Join(image, key, record)
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUtilsException)
        {
            _context.Log.Verbose($"The temporary image {image.ImageId} cannot be shared and is downloaded again: {e.Message}");
            return null;
        }
    }

    private TemporaryImage Join(ServiceImage image, string key, SharedFileRecord record)
    {
        SharedFileUser user = SharedFileUser.New();
        _store.Write(key, record with { Users = [.. record.Users, user] });
        _context.Log.Verbose($"Image {image.ImageId} is here already: {_store.FileOf(record)}");
        return new TemporaryImage(image, _store.FileOf(record), new SharedFileUse(_store, key, user, _store.FileOf(record)), isShared: true);
    }

    private async Task<TemporaryImage> FetchAsync(ServiceImage image, string key, CancellationToken cancellationToken)
    {
        (TemporaryImageFile file, ContentHash hash) = await DownloadAsync(image, cancellationToken).ConfigureAwait(false);
        try
        {
            SharedFileUser user = SharedFileUser.New();
            _store.Write(key, new SharedFileRecord
            {
                FileName = Path.GetFileName(file.Path),
                Size = file.Length,
                HashAlgorithm = hash.Algorithm,
                Hash = hash.Value,
                Users = [user],
            });
            var use = new SharedFileUse(_store, key, user, file.Path);
            file.Release();
            return new TemporaryImage(image, file.Path, use, isShared: false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private async Task<(TemporaryImageFile File, ContentHash Hash)> DownloadAsync(ServiceImage image, CancellationToken cancellationToken)
    {
        HashPromise promise = HashPromise.Of(image, given: null, wantedAlgorithm: null, _context.Log);
        SignatureCheck? signature = await SignatureCheck.PrepareAsync(_context, _service, image, isRequired: false, cancellationToken).ConfigureAwait(false);
        TemporaryImageFile file = _conversions.CreateForFetch(image.ImageId);
        try
        {
            ContentHash hash;
            FileStream stream = file.OpenWrite();
            await using (stream.ConfigureAwait(false))
            {
                (_, hash) = await new ImageDownload(_context, _service, image, promise) { Signature = signature }
                    .ReceiveAsync(stream, _conversions.FolderPath, ImageClaim.OfFile(image, _context), cancellationToken)
                    .ConfigureAwait(false);
            }

            ImageClaim.JudgeFile(image, file.Path, _context, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return (file, hash);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The path was handed to people, so what is in the file is looked at before it stands in for a download.</summary>
    private async Task<bool> IsIntactAsync(SharedFileRecord record, CancellationToken cancellationToken)
    {
        if (record.Users.Count == 0 || !_store.IsWhole(record) || !HashAlgorithms.TryParse(record.HashAlgorithm, out string algorithm))
        {
            return false;
        }

        using var hasher = new ContentHasher(algorithm);
        try
        {
            FileStream stream = TemporaryImageFile.OpenRead(_store.FileOf(record));
            await using (stream.ConfigureAwait(false))
            {
                await hasher.AppendAllAsync(stream, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        return string.Equals(hasher.Current(algorithm).Value, record.Hash, StringComparison.Ordinal);
    }

    private async Task<IDisposable?> LockAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await _store.LockAsync(key, Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationUnwritableException(_conversions.FolderPath, e.Message, e);
        }
    }

    private string KeyOf(ServiceImage image)
    {
        // What the service says the data are is part of it: an image that was made anew under its old id is another one.
        string[] parts =
        [
            _user,
            _service.UserId ?? string.Empty,
            _service.Kind,
            _service.Location,
            image.ImageId,
            image.Size?.ToString(CultureInfo.InvariantCulture) ?? string.Empty,
            image.OsHashAlgo ?? string.Empty,
            image.OsHashValue ?? image.Checksum ?? string.Empty,
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))).AsSpan(0, 16));
    }
}
