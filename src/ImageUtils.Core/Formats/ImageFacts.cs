namespace ImageUtils.Formats;

/// <summary>What the bytes of an image say about it; nothing here is a judgement.</summary>
public sealed record ImageFacts
{
    /// <summary>The format of the content.</summary>
    public required DiskFormat Format { get; init; }

    /// <summary>The size of the disk inside, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>
    /// False where <see cref="VirtualSize"/> is no more than the size of the file: a wrapper that was not opened, or an image of
    /// which the part that says so was not there.
    /// </summary>
    public bool IsVirtualSizeKnown { get; init; } = true;

    /// <summary>The format of the disk inside of a wrapper (gzip, zip, tar, OVA); null: the image is no wrapper, or was not opened.</summary>
    public DiskFormat? InnerFormat { get; init; }

    /// <summary>The size in bytes of the disk inside of a wrapper, the largest where there are several; null: none, or not known.</summary>
    public long? InnerVirtualSize { get; init; }

    /// <summary>For VHDs, which of the two sizes of the footer was taken: <c>footer</c> or <c>chs</c>; else null.</summary>
    public string? SizeSource { get; init; }

    /// <summary>The size of a cluster, grain or block in bytes; null where the format has none.</summary>
    public long? ClusterSize { get; init; }

    /// <summary>The name of the backing file as it stands in the image; null: none.</summary>
    public string? BackingFile { get; init; }

    /// <summary>The format of the backing file as the image names it; null: not named.</summary>
    public string? BackingFormat { get; init; }

    /// <summary>The name of an external data file; null: none.</summary>
    public string? DataFile { get; init; }

    /// <summary>True where the content is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>True where the image was not closed cleanly.</summary>
    public bool IsDirty { get; init; }

    /// <summary>The VMDK createType; null for other formats.</summary>
    public string? CreateType { get; init; }

    /// <summary>Internal snapshots, oldest first.</summary>
    public IReadOnlyList<ImageSnapshot> Snapshots { get; init; } = [];

    /// <summary>
    /// The format-specific block with the names and values of <c>qemu-img info --output=json</c> (for example
    /// <c>compat</c>, <c>create-type</c>); empty where the format has none.
    /// </summary>
    public IReadOnlyDictionary<string, object?> FormatSpecific { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);
}
