namespace ImageUtils.Services;

/// <summary>New data for an image that has data, and what its record says of them then.</summary>
public sealed record ImageReplacement
{
    /// <summary>The image as it was when the new data were made of it; what has changed since is not replaced.</summary>
    public required ServiceImage Original { get; init; }

    /// <summary>The disk format of the new data, by any name that <see cref="ImageUtils.DiskFormat.Parse"/> takes.</summary>
    public required string DiskFormat { get; init; }

    /// <summary>The container format of the new data.</summary>
    public string ContainerFormat { get; init; } = ImageVocabulary.Bare;

    /// <summary>The number of bytes to come; null: not known.</summary>
    public long? Size { get; init; }

    /// <summary>The size of the disk inside, in bytes; null: not known.</summary>
    public long? VirtualSize { get; init; }

    /// <summary>Names of further properties that are not true of the new data and go with the old ones.</summary>
    public IReadOnlyList<string> RemoveProperties { get; init; } = [];
}
