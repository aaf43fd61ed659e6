using ImageUtils.Configuration;

namespace ImageUtils.Transfer;

/// <summary>A download of one image that becomes a volume (cinder's fetch_to_volume_format).</summary>
public sealed record VolumeFetchRequest
{
    /// <summary>The image.</summary>
    public required string ImageId { get; init; }

    /// <summary>The full path of the volume; its folder must exist.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>The format of the volume.</summary>
    public required DiskFormat OutputFormat { get; init; }

    /// <summary>The subformat of the volume; null: the format's default.</summary>
    public string? OutputSubformat { get; init; }

    /// <summary>Compress the clusters of the result, where the format can.</summary>
    public bool Compress { get; init; }

    /// <summary>Write zeros too.</summary>
    public bool DisableSparse { get; init; }

    /// <summary>The size in bytes of the volume it must fit in; null: no volume.</summary>
    public long? VolumeSizeBytes { get; init; }

    /// <summary>A limit on the speed of the conversion in bytes a second; null: none.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Which engine converts.</summary>
    public ConversionEngineChoice Engine { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }

    /// <summary>Overwrite an existing destination.</summary>
    public bool Force { get; init; }
}
