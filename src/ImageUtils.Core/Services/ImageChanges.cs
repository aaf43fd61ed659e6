namespace ImageUtils.Services;

/// <summary>What of an image shall change; what is null stays as it is. All of it happens, or nothing.</summary>
public sealed record ImageChanges
{
    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The smallest volume, in GiB.</summary>
    public int? MinDisk { get; init; }

    /// <summary>The smallest memory, in MiB.</summary>
    public int? MinRam { get; init; }

    /// <summary>public, private, shared or community.</summary>
    public string? Visibility { get; init; }

    /// <summary>True: it cannot be deleted.</summary>
    public bool? Protected { get; init; }

    /// <summary>All the free words it shall have; an empty list takes all away.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Further properties to set; those that are not named stay.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The names of further properties to take away; the image must have them.</summary>
    public IReadOnlyList<string> RemoveProperties { get; init; } = [];

    /// <summary>The disk format by any name that <see cref="ImageUtils.DiskFormat.Parse"/> takes, or ami, ari, aki; only while the image is queued.</summary>
    public string? DiskFormat { get; init; }

    /// <summary>The container format; only while the image is queued.</summary>
    public string? ContainerFormat { get; init; }

    /// <summary>True where nothing would change.</summary>
    public bool IsEmpty =>
        Name is null && MinDisk is null && MinRam is null && Visibility is null && Protected is null && Tags is null
        && Properties.Count == 0 && RemoveProperties.Count == 0 && !ChangesFormat;

    /// <summary>True where a format would change, which only queued images allow.</summary>
    public bool ChangesFormat => DiskFormat is not null || ContainerFormat is not null;
}
