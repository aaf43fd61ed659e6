namespace ImageUtils;

/// <summary>An image of an image service: the id, then Glance v2's names.</summary>
public sealed record ServiceImage
{
    /// <summary>The image's id (Glance: id), a UUID.</summary>
    public required string ImageId { get; init; }

    /// <summary>The name; not unique, may be missing.</summary>
    public string? Name { get; init; }

    /// <summary>Glance's status: queued, saving, importing, active, deactivated, killed, deleted, pending_delete.</summary>
    public required string Status { get; init; }

    /// <summary>The disk format as the service names it (vhd, ploop, iso, …); null: not set yet.</summary>
    public string? DiskFormat { get; init; }

    /// <summary>The container format (bare, ovf, ova, compressed, …); null: not set yet.</summary>
    public string? ContainerFormat { get; init; }

    /// <summary>The number of bytes of the data; null: no data yet.</summary>
    public long? Size { get; init; }

    /// <summary>The size of the disk inside, in bytes; null: not known.</summary>
    public long? VirtualSize { get; init; }

    /// <summary>MD5 of the data in lower-case hex; null: no data yet, or not kept.</summary>
    public string? Checksum { get; init; }

    /// <summary>The algorithm of <see cref="OsHashValue"/>, for example <c>sha512</c>.</summary>
    public string? OsHashAlgo { get; init; }

    /// <summary>The hash of the data in lower-case hex.</summary>
    public string? OsHashValue { get; init; }

    /// <summary>The smallest volume the image wants, in GiB.</summary>
    public int MinDisk { get; init; }

    /// <summary>The smallest memory the image wants, in MiB.</summary>
    public int MinRam { get; init; }

    /// <summary>public, private, shared or community.</summary>
    public string Visibility { get; init; } = "private";

    /// <summary>True: cannot be deleted.</summary>
    public bool Protected { get; init; }

    /// <summary>The project it belongs to; null: not told.</summary>
    public string? Owner { get; init; }

    /// <summary>The stores that hold the data, comma separated by the service; empty: not told.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [];

    /// <summary>Where the data are, where the service tells; empty: it does not.</summary>
    public IReadOnlyList<ImageLocation> Locations { get; init; } = [];

    /// <summary>Free words.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Every other property, by its own name.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>When it was made, in UTC.</summary>
    public DateTime CreatedAt { get; init; }

    /// <summary>When it was changed last, in UTC.</summary>
    public DateTime UpdatedAt { get; init; }

    /// <summary>True for XenServer's images: disk format vhd in a container ovf.</summary>
    public bool IsXenServer =>
        string.Equals(DiskFormat, "vhd", StringComparison.Ordinal) && string.Equals(ContainerFormat, "ovf", StringComparison.Ordinal);
}
