namespace ImageUtils;

/// <summary>A place in which an image service keeps data (Glance: a store, a back end).</summary>
public sealed record ImageStore
{
    /// <summary>The store's id.</summary>
    public required string StoreId { get; init; }

    /// <summary>What it is, in the words of who runs the service; null: nothing is said.</summary>
    public string? Description { get; init; }

    /// <summary>True for the store that is used where none is named.</summary>
    public bool IsDefault { get; init; }

    /// <summary>True where it takes no images from users.</summary>
    public bool IsReadOnly { get; init; }
}
