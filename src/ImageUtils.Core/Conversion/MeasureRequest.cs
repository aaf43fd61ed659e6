namespace ImageUtils.Conversion;

/// <summary>A question about the space that a conversion would take.</summary>
public sealed record MeasureRequest
{
    /// <summary>The path of the image.</summary>
    public required string Path { get; init; }

    /// <summary>The format that the result would have.</summary>
    public DiskFormat OutputFormat { get; init; } = DiskFormat.Raw;

    /// <summary>The file or folder it would be written to; null: the image's folder.</summary>
    public string? Destination { get; init; }

    /// <summary>The size in bytes of the volume that the disk is to fit in; null: no volume.</summary>
    public long? VolumeSizeBytes { get; init; }
}
