using ImageUtils.Formats;

namespace ImageUtils.Qemu;

/// <summary>What <c>qemu-img info --output=json</c> answered, with qemu's names for formats.</summary>
public sealed record QemuImgInfo
{
    /// <summary>The format, by qemu's name (<c>vpc</c>).</summary>
    public required string Format { get; init; }

    /// <summary>The size of the disk inside, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>The space the file takes, in bytes.</summary>
    public long ActualSize { get; init; }

    /// <summary>The size of a cluster in bytes; null where the format has none.</summary>
    public long? ClusterSize { get; init; }

    /// <summary>The backing file's name as it stands in the image; null: none.</summary>
    public string? BackingFile { get; init; }

    /// <summary>The backing file's format as the image names it; null: not named.</summary>
    public string? BackingFormat { get; init; }

    /// <summary>The backing file's name as qemu would open it; null: none.</summary>
    public string? FullBackingFile { get; init; }

    /// <summary>True where the content is encrypted.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>True where the image was not closed cleanly.</summary>
    public bool IsDirty { get; init; }

    /// <summary>Internal snapshots.</summary>
    public IReadOnlyList<ImageSnapshot> Snapshots { get; init; } = [];

    /// <summary>The format-specific data with qemu's names; values are texts, longs, doubles, booleans, null, lists and dictionaries.</summary>
    public IReadOnlyDictionary<string, object?> FormatSpecific { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Says the same in our words.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="isSafe">The verdict of our inspector.</param>
    /// <param name="sizeSource">For VHDs, which size was taken.</param>
    /// <returns>The result for users.</returns>
    public QemuImageInfo ToImageInfo(string path, bool isSafe, string? sizeSource = null) => new()
    {
        Path = path,
        Format = DiskFormat.TryParse(Format, out DiskFormat? known) ? known.Name : Format,
        VirtualSize = VirtualSize,
        ActualSize = ActualSize,
        ClusterSize = ClusterSize,
        BackingFile = BackingFile,
        BackingFormat = BackingFormat,
        FullBackingFile = FullBackingFile,
        DataFile = FormatSpecific.GetValueOrDefault("data-file") as string,
        IsEncrypted = IsEncrypted,
        IsDirty = IsDirty,
        IsSafe = isSafe,
        SizeSource = sizeSource,
        Snapshots = Snapshots,
        FormatSpecific = FormatSpecific,
        Engine = "qemu-img",
    };
}
