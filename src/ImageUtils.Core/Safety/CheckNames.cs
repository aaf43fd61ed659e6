namespace ImageUtils.Safety;

/// <summary>The stable names of the checks; where oslo's inspector or Glance has a name for the rule, it is theirs.</summary>
public static class CheckNames
{
    /// <summary>The content is the format that was claimed (CVE-2024-40767).</summary>
    public const string ClaimedFormat = "claimed_format";

    /// <summary>No second format hides in the same bytes.</summary>
    public const string SingleFormat = "single_format";

    /// <summary>The header is whole and within the bounds of its specification.</summary>
    public const string Header = "header";

    /// <summary>No backing file (CVE-2015-1851, CVE-2015-5163).</summary>
    public const string BackingFile = "backing_file";

    /// <summary>No external data file (CVE-2024-32498).</summary>
    public const string DataFile = "data_file";

    /// <summary>No feature that the reader does not know.</summary>
    public const string UnknownFeatures = "unknown_features";

    /// <summary>The image is not marked corrupt.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>The image was closed cleanly.</summary>
    public const string Dirty = "dirty";

    /// <summary>Encryption that is understood and allowed.</summary>
    public const string Encryption = "encryption";

    /// <summary>Tables lie inside the file, behind the header, and do not overlap.</summary>
    public const string Tables = "tables";

    /// <summary>The VMDK createType is on the list of allowed ones (CVE-2022-47951).</summary>
    public const string CreateType = "create_type";

    /// <summary>The VMDK descriptor is text that is understood whole.</summary>
    public const string Descriptor = "descriptor";

    /// <summary>VMDK extents name nothing outside the file (CVE-2022-47951).</summary>
    public const string Extents = "extents";

    /// <summary>The VMDK footer agrees with the header.</summary>
    public const string Footer = "footer";

    /// <summary>No parent image (VHD, VHDX, VDI, VMDK differencing disks).</summary>
    public const string Parent = "parent";

    /// <summary>Checksums of headers and footers are right.</summary>
    public const string Checksum = "checksum";

    /// <summary>The sizes that the image names agree with each other.</summary>
    public const string VirtualSize = "virtual_size";

    /// <summary>The image fits in the volume.</summary>
    public const string VolumeSize = "volume_size";

    /// <summary>Oddities of a partition table, which is the guest's data.</summary>
    public const string PartitionTable = "mbr";

    /// <summary>QED is deprecated by its makers and refused by cinder and oslo.</summary>
    public const string Banned = "banned";

    /// <summary>Nothing but a log replay is due (VHDX).</summary>
    public const string Log = "log";

    /// <summary>A container's inner image could be judged.</summary>
    public const string Container = "container";

    /// <summary>The cost of deriving a key from a passphrase is bounded (LUKS).</summary>
    public const string KeyDerivation = "key_derivation";

    /// <summary>The compression is one that is known, and is announced as it must be.</summary>
    public const string Compression = "compression";

    /// <summary>The content is a disk, and not for example a page that a server sent instead.</summary>
    public const string Content = "content";

    /// <summary>Every name; what is to be ignored must be one of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ClaimedFormat, SingleFormat, Header, BackingFile, DataFile, UnknownFeatures, Corrupt, Dirty, Encryption, Tables, CreateType,
        Descriptor, Extents, Footer, Parent, Checksum, VirtualSize, VolumeSize, PartitionTable, Banned, Log, Container, KeyDerivation,
        Compression, Content,
    ];
}
