using ImageUtils.Formats;

namespace ImageUtils;

/// <summary>What <c>Get-QemuImageInfo</c> and <c>imageutils info</c> say of an image.</summary>
public sealed record QemuImageInfo
{
    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The format, by our names (<c>vhd</c>, not <c>vpc</c>).</summary>
    public required string Format { get; init; }

    /// <summary>The size of the disk inside, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The space the file takes on its file system, in bytes.</summary>
    public long ActualSize { get; init; }

    /// <summary>The size of a cluster, grain or block, in bytes; null where the format has none.</summary>
    public long? ClusterSize { get; init; }

    /// <summary>The backing file's name as it stands in the image; null: none.</summary>
    public string? BackingFile { get; init; }

    /// <summary>The backing file's format as the image names it; null: not named.</summary>
    public string? BackingFormat { get; init; }

    /// <summary>The backing file's name made absolute from the image's folder; null: none.</summary>
    public string? FullBackingFile { get; init; }

    /// <summary>The external data file's name; null: none.</summary>
    public string? DataFile { get; init; }

    /// <summary>True where the content is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>True where the image was not closed cleanly.</summary>
    public bool IsDirty { get; init; }

    /// <summary>True where no check of the safety verdict failed.</summary>
    public bool IsSafe { get; init; }

    /// <summary>For VHDs, which size was taken: <c>footer</c> or <c>chs</c>; null for other formats.</summary>
    public string? SizeSource { get; init; }

    /// <summary>Internal snapshots.</summary>
    public IReadOnlyList<ImageSnapshot> Snapshots { get; init; } = [];

    /// <summary>The format-specific data with qemu-img's names.</summary>
    public IReadOnlyDictionary<string, object?> FormatSpecific { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Who answered: <c>managed</c> or <c>qemu-img</c>.</summary>
    public required string Engine { get; init; }
}
