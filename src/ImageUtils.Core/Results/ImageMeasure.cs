namespace ImageUtils;

/// <summary>The space that a conversion of an image would take, and whether it is there (<c>Measure-VolumeImage</c>).</summary>
public sealed record ImageMeasure
{
    /// <summary>The full path of the image.</summary>
    public required string Path { get; init; }

    /// <summary>The format of the image.</summary>
    public required string Format { get; init; }

    /// <summary>The format that the result would have.</summary>
    public required string OutputFormat { get; init; }

    /// <summary>
    /// The bytes that the result would take on its file system, holes left out. Exact for qcow2 (as <c>qemu-img measure</c>
    /// says), an upper bound for the other formats.
    /// </summary>
    public required long RequiredBytes { get; init; }

    /// <summary>The bytes that it would take once every byte of the disk was written.</summary>
    public required long FullyAllocatedBytes { get; init; }

    /// <summary>The bytes that are free where it would be written; <see cref="long.MaxValue"/> where the system does not say.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>The size of the disk inside, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The smallest volume that holds the disk, in whole GiB.</summary>
    public required long VolumeSizeGB { get; init; }

    /// <summary>
    /// True where more than <see cref="RequiredBytes"/> is free (as in cinder, exactly as much is too little) and the disk is
    /// not larger than the volume that was named, if one was.
    /// </summary>
    public required bool Fits { get; init; }
}
