namespace ImageUtils.Transfer;

/// <summary>An image of a service that becomes one of another disk format (Glance's convert task).</summary>
public sealed record ServiceImageConversionRequest
{
    /// <summary>The image.</summary>
    public required string ImageId { get; init; }

    /// <summary>The disk format it shall have, by any name that <see cref="DiskFormat.Parse"/> takes.</summary>
    public required string OutputFormat { get; init; }

    /// <summary>
    /// Delete the original once the converted image is whole and in place. Only where the service cannot replace data under
    /// an id; elsewhere the data are replaced anyway.
    /// </summary>
    public bool RemoveOriginal { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }
}
