using ImageUtils.Errors;

namespace ImageUtils.Services;

/// <summary>Refuses a store before any work is done for it (cinder's validate_stores_id).</summary>
public static class ImageStoreValidation
{
    /// <summary>Checks that a store is there and takes images.</summary>
    /// <param name="service">The image service.</param>
    /// <param name="storeId">The store; null: the default one, which needs no check.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends with the check.</returns>
    /// <exception cref="StoreNotFoundException">The service has no such store; ids are compared exactly.</exception>
    /// <exception cref="StoreReadOnlyException">The store takes no images.</exception>
    public static async Task ValidateStoreAsync(this IImageService service, string? storeId, CancellationToken cancellationToken)
    {
        if (storeId is null)
        {
            return;
        }

        IReadOnlyList<ImageStore> stores = await service.ListStoresAsync(cancellationToken).ConfigureAwait(false);
        ImageStore? store = stores.FirstOrDefault(known => string.Equals(known.StoreId, storeId, StringComparison.Ordinal));
        if (store is null)
        {
            throw new StoreNotFoundException(storeId) { RecommendedAction = $"Stores of this image service: {string.Join(", ", stores.Select(known => known.StoreId))}." };
        }

        if (store.IsReadOnly)
        {
            throw new StoreReadOnlyException(storeId);
        }
    }
}
