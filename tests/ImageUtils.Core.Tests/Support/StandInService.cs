using ImageUtils.Services;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A real service whose answers a test can bend.</summary>
public sealed class StandInService : IImageService
{
    private readonly IImageService _inner;

    public StandInService(IImageService inner) => _inner = inner;

    public Func<ServiceImage, ServiceImage> OnGet { get; set; } = image => image;

    public Func<string, Stream>? OnOpen { get; set; }

    public Func<ServiceImage, ServiceImage> OnUploaded { get; set; } = image => image;

    public Func<IReadOnlyList<ImageStore>, IReadOnlyList<ImageStore>> OnStores { get; set; } = stores => stores;

    public string? UserId { get; set; }

    public int Opened { get; private set; }

    public int Created { get; private set; }

    /// <summary>False: as Glance, it makes new images and no new data for old ones.</summary>
    public bool ReplacesData { get; set; }

    public Func<NewServiceImage, NewServiceImage> OnCreate { get; set; } = definition => definition;

    public string Kind => _inner.Kind;

    public string Location => _inner.Location;

    public bool Owns(string path) => _inner.Owns(path);

    public bool IsDataOf(string imageId, string path) => _inner.IsDataOf(imageId, path);

    public IAsyncEnumerable<ServiceImage> ListAsync(ImageFilter filter, CancellationToken cancellationToken) => _inner.ListAsync(filter, cancellationToken);

    public async Task<ServiceImage> GetAsync(string imageId, CancellationToken cancellationToken) => OnGet(await _inner.GetAsync(imageId, cancellationToken));

    public Task<ServiceImage> CreateAsync(NewServiceImage definition, CancellationToken cancellationToken)
    {
        Created++;
        return _inner.CreateAsync(OnCreate(definition), cancellationToken);
    }

    public Task<Stream> OpenDataAsync(string imageId, CancellationToken cancellationToken)
    {
        Opened++;
        return OnOpen is null ? _inner.OpenDataAsync(imageId, cancellationToken) : Task.FromResult(OnOpen(imageId));
    }

    public async Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken) =>
        OnUploaded(await _inner.UploadAsync(imageId, data, options, cancellationToken));

    public Task<ServiceImage> ReplaceDataAsync(string imageId, Stream data, ImageReplacement replacement, CancellationToken cancellationToken) =>
        _inner.ReplaceDataAsync(imageId, data, replacement, cancellationToken);

    public Task DeleteAsync(string imageId, CancellationToken cancellationToken) => _inner.DeleteAsync(imageId, cancellationToken);

    public Task<ServiceImage> UpdateAsync(string imageId, ImageChanges changes, CancellationToken cancellationToken) =>
        _inner.UpdateAsync(imageId, changes, cancellationToken);

    public async Task<IReadOnlyList<ImageStore>> ListStoresAsync(CancellationToken cancellationToken) => OnStores(await _inner.ListStoresAsync(cancellationToken));
}
