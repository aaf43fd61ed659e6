using ImageUtils.Services;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>A service that does not tell how large its images are, as Glance does while an image is imported.</summary>
internal sealed class UnknownSizeService(IImageService inner) : IImageService
{
    public string Kind => inner.Kind;

    public string Location => inner.Location;

    public IAsyncEnumerable<ServiceImage> ListAsync(ImageFilter filter, CancellationToken cancellationToken) => inner.ListAsync(filter, cancellationToken);

    public async Task<ServiceImage> GetAsync(string imageId, CancellationToken cancellationToken) =>
        (await inner.GetAsync(imageId, cancellationToken)) with { Size = null };

    public Task<ServiceImage> CreateAsync(NewServiceImage definition, CancellationToken cancellationToken) => inner.CreateAsync(definition, cancellationToken);

    public Task<Stream> OpenDataAsync(string imageId, CancellationToken cancellationToken) => inner.OpenDataAsync(imageId, cancellationToken);

    public Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken) =>
        inner.UploadAsync(imageId, data, options with { Size = null }, cancellationToken);

    public Task DeleteAsync(string imageId, CancellationToken cancellationToken) => inner.DeleteAsync(imageId, cancellationToken);

    public Task<ServiceImage> UpdateAsync(string imageId, ImageChanges changes, CancellationToken cancellationToken) => inner.UpdateAsync(imageId, changes, cancellationToken);

    public Task<IReadOnlyList<ImageStore>> ListStoresAsync(CancellationToken cancellationToken) => inner.ListStoresAsync(cancellationToken);
}
