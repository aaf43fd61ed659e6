namespace ImageUtils.Services;

/// <summary>What a new image shall be.</summary>
public sealed record NewServiceImage
{
    /// <summary>The id, a UUID; null: the service makes one.</summary>
    public string? ImageId { get; init; }

    /// <summary>The name.</summary>
    public string? Name { get; init; }

    /// <summary>The disk format by any name that <see cref="DiskFormat.Parse"/> takes, or ami, ari, aki.</summary>
    public required string DiskFormat { get; init; }

    /// <summary>The container format.</summary>
    public string ContainerFormat { get; init; } = "bare";

    /// <summary>The smallest volume, in GiB.</summary>
    public int MinDisk { get; init; }

    /// <summary>The smallest memory, in MiB.</summary>
    public int MinRam { get; init; }

    /// <summary>public, private, shared or community.</summary>
    public string Visibility { get; init; } = "private";

    /// <summary>True: it cannot be deleted.</summary>
    public bool Protected { get; init; }

    /// <summary>Free words.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Every other property, by its own name.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
