namespace ImageUtils.Services;

/// <summary>Where uploaded data go.</summary>
public sealed record ImageUploadOptions
{
    /// <summary>No store, no base image.</summary>
    public static ImageUploadOptions Default { get; } = new();

    /// <summary>The store (Glance: x-image-meta-store); null: the default store.</summary>
    public string? StoreId { get; init; }

    /// <summary>The image it was made from (Glance: x-openstack-base-image-ref); null: none.</summary>
    public string? BaseImageId { get; init; }

    /// <summary>The number of bytes to come, for progress and for an early refusal; null: not known.</summary>
    public long? Size { get; init; }

    /// <summary>The size of the disk inside, in bytes, where the caller knows it.</summary>
    public long? VirtualSize { get; init; }
}
