namespace ImageUtils.Safety.Rules;

/// <summary>What stands behind the rules.</summary>
internal static class References
{
    public const string BackingFile = "CVE-2014-0134, CVE-2015-1850, CVE-2015-1851, CVE-2015-5163";
    public const string DataFile = "CVE-2024-32498";
    public const string VmdkExtents = "CVE-2022-47951";
    public const string Claim = "CVE-2024-40767";
    public const string Resources = "CVE-2015-5162";
    public const string Qcow2 = "qemu docs/interop/qcow2.txt";
    public const string Vhd = "Virtual Hard Disk Image Format Specification 1.0";
    public const string Vhdx = "MS-VHDX";
    public const string Vdi = "VirtualBox VDICore.h";
    public const string Vmdk = "VMware Virtual Disk Format 5.0";
    public const string Luks1 = "LUKS On-Disk Format Specification 1.2.3";
    public const string Luks2 = "LUKS2 On-Disk Format Specification 1.1.1";
    public const string LuksCost = "oslo.utils: iteration limit 12,000,000";
    public const string Qcow = "qemu block/qcow.c";
    public const string Qed = "qemu docs/interop/qed_spec.txt";
    public const string Parallels = "qemu docs/interop/parallels.txt";
    public const string Bochs = "Bochs iodev/hdimage/hdimage.h";
    public const string Dmg = "qemu block/dmg.c";
    public const string Cloop = "qemu block/cloop.c";
    public const string Iso = "ECMA-119, ECMA-167";
    public const string Partitions = "UEFI Specification 2.10, section 5";

    /// <summary>What describes a format.</summary>
    /// <param name="format">The format.</param>
    /// <returns>The document; null where there is none to name.</returns>
    public static string? Of(ImageUtils.DiskFormat format) => format.Name switch
    {
        "qcow2" => Qcow2,
        "qcow" => Qcow,
        "qed" => Qed,
        "vmdk" => Vmdk,
        "vhd" => Vhd,
        "vhdx" => Vhdx,
        "vdi" => Vdi,
        "luks" => Luks2,
        "parallels" => Parallels,
        "bochs" => Bochs,
        "dmg" => Dmg,
        "cloop" => Cloop,
        "iso" => Iso,
        "gpt" or "mbr" => Partitions,
        "gzip" => "RFC 1952",
        "xz" => "The .xz File Format 1.2",
        "zstd" => "RFC 8878",
        "bzip2" => "bzip2 1.0.8",
        "zip" => "PKWARE APPNOTE 6.3.10",
        "tar" => "POSIX.1-2017, pax",
        "ova" => "DMTF DSP0243",
        _ => null,
    };
}
