namespace ImageUtils.Services;

/// <summary>The words of the Image API v2 for statuses, formats and the properties of its own.</summary>
internal static class ImageVocabulary
{
    public const string Queued = "queued";

    public const string Saving = "saving";

    public const string Active = "active";

    /// <summary>A container whose data are compressed as a whole.</summary>
    public const string Compressed = "compressed";

    /// <summary>A container without a wrapper.</summary>
    public const string Bare = "bare";

    /// <summary>The beginning of property names that only the service itself may set.</summary>
    public const string ReservedPrefix = "os_glance";

    public static IReadOnlySet<string> Statuses { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        Queued, Saving, "uploading", "importing", Active, "deactivated", "killed", "deleted", "pending_delete",
    };

    public static IReadOnlySet<string> DiskFormats { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop",
    };

    public static IReadOnlySet<string> ContainerFormats { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "ami", "ari", "aki", Bare, "ovf", "ova", "docker", Compressed,
    };

    public static IReadOnlySet<string> Visibilities { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "public", "private", "shared", "community",
    };

    /// <summary>Properties that have a place of their own in an image, so that no free property can take their names.</summary>
    public static IReadOnlySet<string> BaseProperties { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "id", "name", "status", "disk_format", "container_format", "size", "virtual_size", "checksum", "os_hash_algo", "os_hash_value",
        "os_hidden", "min_disk", "min_ram", "visibility", "protected", "owner", "stores", "tags", "created_at", "updated_at",
        "self", "file", "schema", "locations", "direct_url", "deleted", "deleted_at",
    };
}
