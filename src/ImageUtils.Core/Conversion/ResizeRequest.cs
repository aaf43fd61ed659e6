namespace ImageUtils.Conversion;

/// <summary>A new size for the disk inside one image file, which is changed in place.</summary>
public sealed record ResizeRequest
{
    /// <summary>The path of the image.</summary>
    public required string Path { get; init; }

    /// <summary>The new size of the disk inside in bytes, a multiple of 512.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>
    /// What the image is, by its owner's word; content that disagrees is refused (CVE-2026-24708). Null: what the inspector
    /// finds. A volume that a guest may write to should always be named: a guest can write any header into it.
    /// </summary>
    public DiskFormat? ImageFormat { get; init; }

    /// <summary>Allow the disk to become smaller, which loses what lies behind its new end.</summary>
    public bool Shrink { get; init; }

    /// <summary>Run native tools through the root helper.</summary>
    public bool RunAsRoot { get; init; }
}
