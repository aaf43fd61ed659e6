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
}
