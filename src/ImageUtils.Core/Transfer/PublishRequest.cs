using ImageUtils.Services;

namespace ImageUtils.Transfer;

/// <summary>A volume that becomes the data of an image (cinder's upload_volume).</summary>
public sealed record PublishRequest
{
    /// <summary>The full path of the volume; null where <see cref="Source"/> is given.</summary>
    public string? SourcePath { get; init; }

    /// <summary>An open stream with the volume, read from where it stands; it passes through a temporary file unless plain bytes stay plain. Not disposed of here.</summary>
    public Stream? Source { get; init; }

    /// <summary>The queued image that gets the data; null: a new one is made from <see cref="NewImage"/>.</summary>
    public string? ImageId { get; init; }

    /// <summary>The image to make; null where <see cref="ImageId"/> is given.</summary>
    public NewServiceImage? NewImage { get; init; }

    /// <summary>What the volume is. Volumes are what their owner says they are, never guessed (CVE-2015-1851).</summary>
    public DiskFormat VolumeFormat { get; init; } = DiskFormat.Raw;

    /// <summary>The store; null: the default one.</summary>
    public string? StoreId { get; init; }

    /// <summary>The image the volume was made from; null: none.</summary>
    public string? BaseImageId { get; init; }

    /// <summary>Do not compress, although the format can.</summary>
    public bool NoCompress { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }
}
