using ImageUtils.Services.Identity;
using ImageUtils.Services.KeyManager;

namespace ImageUtils.Services;

/// <summary>
/// A place that keeps images with their properties: a local folder, or an OpenStack image service. The words are those
/// of the Image API v2.
/// </summary>
public interface IImageService
{
    /// <summary><c>local</c> or <c>glance</c>.</summary>
    string Kind { get; }

    /// <summary>The folder or the address, for messages.</summary>
    string Location { get; }

    /// <summary>True where the data come over a network: a broken line is worth another try, and a look at the beginning saves a download.</summary>
    bool IsRemote => false;

    /// <summary>True where an image's record says what its data are; without it the content alone decides.</summary>
    bool StatesFormats => true;

    /// <summary>True where the data of an active image can be replaced under its id; Glance's cannot.</summary>
    bool ReplacesData => false;

    /// <summary>Whom the service takes the caller for; null: it knows no users.</summary>
    ServiceAccount? Account => null;

    /// <summary>The caller's user id at the service (OpenStack); null: it knows no users, the system's user counts.</summary>
    string? UserId => Account?.UserId;

    /// <summary>The folder of signers' certificates that was named for this connection, each in a file named by its id; null: none was.</summary>
    string? CertificateDirectory => null;

    /// <summary>The key manager beside the service, which has the certificates of those who sign images; null: there is none.</summary>
    ICertificateSource? KeyManager => null;

    /// <summary>The projects with which images are shared; null: the service knows none.</summary>
    IImageMembers? Members => null;

    /// <summary>Imports, which the service does on its own time; null: it has none.</summary>
    IImageImports? Imports => null;

    /// <summary>Says whether a path of this machine leads to where the service keeps its files; nothing may be written there but by the service.</summary>
    /// <param name="path">The path; it need not be there.</param>
    /// <returns>True where it does, also through links. A service elsewhere owns nothing here.</returns>
    bool Owns(string path) => false;

    /// <summary>Says whether a path of this machine is the file in which the service keeps the data of an image.</summary>
    /// <param name="imageId">The image's id.</param>
    /// <param name="path">The path.</param>
    /// <returns>True where it is, also through links of either kind.</returns>
    bool IsDataOf(string imageId, string path) => false;

    /// <summary>Lists images, oldest first.</summary>
    /// <param name="filter">Which ones.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The images, as they come.</returns>
    IAsyncEnumerable<ServiceImage> ListAsync(ImageFilter filter, CancellationToken cancellationToken);

    /// <summary>Shows one image.</summary>
    /// <param name="imageId">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The image.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is none of that id.</exception>
    Task<ServiceImage> GetAsync(string imageId, CancellationToken cancellationToken);

    /// <summary>Makes an image record, in status queued and without data.</summary>
    /// <param name="definition">What it shall be.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The image as the service made it.</returns>
    Task<ServiceImage> CreateAsync(NewServiceImage definition, CancellationToken cancellationToken);

    /// <summary>Opens the data of an image for reading from its beginning.</summary>
    /// <param name="imageId">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The data; the caller disposes of the stream.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="Errors.ImageDownloadFailedException">The image has no data, or is not active.</exception>
    Task<Stream> OpenDataAsync(string imageId, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a part of the data of an image. A service that cannot begin in the middle gives everything from the beginning:
    /// <see cref="ImageData.Offset"/> says where the data that come begin.
    /// </summary>
    /// <param name="imageId">Its id.</param>
    /// <param name="offset">The first byte that is wanted, counted from 0.</param>
    /// <param name="length">How many bytes are wanted; null: all to the end. More may come where parts are not known.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The data; the caller disposes of them.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="Errors.ImageDownloadFailedException">The image has no data, or none from there on.</exception>
    async Task<ImageData> OpenDataAsync(string imageId, long offset, long? length, CancellationToken cancellationToken)
    {
        Stream data = await OpenDataAsync(imageId, cancellationToken).ConfigureAwait(false);
        return ImageData.OfStream(data, offset);
    }

    /// <summary>
    /// Gives an image its data. While the data come the status is saving; whole, it is active with size, checksum and
    /// hash; broken, the record is queued again and no half data stay.
    /// </summary>
    /// <param name="imageId">Its id; the image must be queued.</param>
    /// <param name="data">The data, read to the end.</param>
    /// <param name="options">Store and base image.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>The image as it is now.</returns>
    Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken);

    /// <summary>
    /// Gives an active image other data, with formats, sizes and hashes that belong to them, in one step: readers find the old
    /// image or the new one, and until the new data are whole and safe on the disk the old ones stay.
    /// </summary>
    /// <param name="imageId">Its id.</param>
    /// <param name="data">The new data, read to the end.</param>
    /// <param name="replacement">What they are, and the image that they replace.</param>
    /// <param name="cancellationToken">Ends it; the image stays as it was.</param>
    /// <returns>The image as it is now.</returns>
    /// <exception cref="Errors.NotSupportedOperationException">The service cannot (<see cref="ReplacesData"/>); nothing was read.</exception>
    /// <exception cref="Errors.ImageNotFoundException">There is none of that id, or no longer.</exception>
    /// <exception cref="Errors.ImageStatusConflictException">It is not active, somebody else is replacing its data, or they have changed.</exception>
    Task<ServiceImage> ReplaceDataAsync(string imageId, Stream data, ImageReplacement replacement, CancellationToken cancellationToken) =>
        throw new Errors.NotSupportedOperationException($"The image service {Location} cannot replace the data of an image.");

    /// <summary>Deletes an image and its data.</summary>
    /// <param name="imageId">Its id.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends with the deletion.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is none of that id.</exception>
    Task DeleteAsync(string imageId, CancellationToken cancellationToken);

    /// <summary>Changes properties of an image; all changes happen, or none.</summary>
    /// <param name="imageId">Its id.</param>
    /// <param name="changes">What changes; nothing at all leaves the image as it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The image as it is now.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is none of that id.</exception>
    /// <exception cref="Errors.InvalidImagePropertyException">A change breaks a rule.</exception>
    /// <exception cref="Errors.ImageStatusConflictException">A format shall change, and the image is not queued.</exception>
    Task<ServiceImage> UpdateAsync(string imageId, ImageChanges changes, CancellationToken cancellationToken);

    /// <summary>Lists the stores that the service keeps data in.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The stores, in the service's order.</returns>
    Task<IReadOnlyList<ImageStore>> ListStoresAsync(CancellationToken cancellationToken);
}
