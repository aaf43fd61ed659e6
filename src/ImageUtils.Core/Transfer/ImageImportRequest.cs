namespace ImageUtils.Transfer;

/// <summary>An import of data into one queued image, done by the image service itself.</summary>
public sealed record ImageImportRequest
{
    /// <summary>The image.</summary>
    public required string ImageId { get; init; }

    /// <summary>The full path of a file that is brought to the service first (glance-direct); null: none is.</summary>
    public string? SourcePath { get; init; }

    /// <summary>The address from which the service gets the data itself (web-download); null: not from one. With neither, the data were staged before.</summary>
    public string? Address { get; init; }

    /// <summary>The stores that get the data; empty: the default one.</summary>
    public IReadOnlyList<string> StoreIds { get; init; } = [];
}
