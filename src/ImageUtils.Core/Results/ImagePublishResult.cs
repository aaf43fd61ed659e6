namespace ImageUtils;

/// <summary>What <c>Publish-VolumeImage</c> and <c>imageutils publish</c> did.</summary>
public sealed record ImagePublishResult
{
    /// <summary>The id of the image that holds the data now.</summary>
    public required string ImageId { get; init; }

    /// <summary>The image's name; null: it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The volume it was made from; null where it came from a stream.</summary>
    public string? SourcePath { get; init; }

    /// <summary>The disk format of the image, as the service names it.</summary>
    public required string DiskFormat { get; init; }

    /// <summary>The container format of the image.</summary>
    public required string ContainerFormat { get; init; }

    /// <summary>The number of bytes that the service holds.</summary>
    public required long Size { get; init; }

    /// <summary>The algorithm of <see cref="Hash"/>.</summary>
    public required string HashAlgorithm { get; init; }

    /// <summary>The hash of the uploaded data, in lower-case hex.</summary>
    public required string Hash { get; init; }

    /// <summary>True where the volume was converted first.</summary>
    public required bool IsConverted { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Uploaded bytes a second over the whole time.</summary>
    public required long AverageBytesPerSecond { get; init; }
}
