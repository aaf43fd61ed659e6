using System.Security.Cryptography;
using System.Text;
using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>tar and OVA: members that are none, names that lead away, descriptions that lie.</summary>
public static class ArchiveCases
{
    private const string Open = "<Envelope xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\" xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\">";
    private static readonly byte[] Disk = MadeVmdk.StreamOptimized();
    private static readonly byte[] Ovf = Encoding.UTF8.GetBytes(Description("disk.vmdk"));

    public static HostileCase[] All { get; } =
    [
        Accept("ova: one disk", () => Ova()),
        Accept("ova: with a manifest", () => Ova(("m.mf", Manifest("disk.vmdk", Disk), '0'))),
        Accept("ova: with a certificate", () => Ova(("m.cert", "cert"u8.ToArray(), '0'))),
        Accept("ova: in the format of old tar", () => Old(Ova())),
        Accept("ova: with an attribute's header", () => MadeTar.Of(("PaxHeader", MadeTar.Pax("mtime", "1.5"), 'x'), ("vm.ovf", Ovf, '0'), ("disk.vmdk", Disk, '0'))),
        Accept("ova: names in ./", () => MadeTar.Of(("./", [], '5'), ("./vm.ovf", Ovf, '0'), ("./disk.vmdk", Disk, '0'))),
        Accept("ova: a long name", () => MadeTar.Of(("././@LongLink", "vm.ovf\0"u8.ToArray(), 'L'), ("x", Ovf, '0'), ("disk.vmdk", Disk, '0'))),
        Reject("ova: without a description", "container", () => MadeTar.Of(("disk.vmdk", Disk, '0'))),
        Reject("ova: without the disk", "container", () => MadeTar.Of(("vm.ovf", Ovf, '0'))),
        Reject("ova: two descriptions", "container", () => Ova(("b.ovf", Ovf, '0'))),
        Reject("ova: a hard link", "container", () => Ova(("x", [], '1'))),
        Reject("ova: a symbolic link", "container", () => Ova(("x", [], '2'))),
        Reject("ova: a character device", "container", () => Ova(("x", [], '3'))),
        Reject("ova: a block device", "container", () => Ova(("x", [], '4'))),
        Reject("ova: a folder with data", "container", () => Ova(("x/", new byte[1024], '5'))),
        Reject("ova: a FIFO", "container", () => Ova(("x", [], '6'))),
        Reject("ova: a long link", "container", () => Ova(("././@LongLink", "/etc/passwd\0"u8.ToArray(), 'K'), ("x", [], '2'))),
        Reject("ova: a sparse member of GNU", "container", () => MadeTar.Of(("vm.ovf", Ovf, '0'), ("disk.vmdk", Disk, 'S'))),
        Reject("ova: a sparse member of pax", "container", () => MadeTar.Of(("vm.ovf", Ovf, '0'), ("p", MadeTar.Pax("GNU.sparse.major", "1"), 'x'), ("disk.vmdk", Disk, '0'))),
        Reject("ova: the disk twice", "container", () => Ova(("disk.vmdk", Disk, '0'))),
        Reject("ova: the disk twice in other case", "container", () => Ova(("DISK.VMDK", Disk, '0'))),
        Reject("ova: the disk twice by ./", "container", () => Ova(("./disk.vmdk", Disk, '0'))),
        Reject("ova: a name that leaves the folder", "container", () => Ova(("../x", [1], '0'))),
        Reject("ova: a name that leaves the folder by pax", "container", () => Ova(("p", MadeTar.Pax("path", "a/../../x"), 'x'), ("x", [1], '0'))),
        Reject("ova: an absolute name by GNU", "container", () => Ova(("././@LongLink", "/etc/cron.d/x\0"u8.ToArray(), 'L'), ("x", [1], '0'))),
        Reject("ova: a drive's letter", "container", () => Ova((@"C:\x", [1], '0'))),
        Reject("ova: a name with a line end", "container", () => Ova(("a\nb", [1], '0'))),
        Reject("ova: a name for all members", "container", () => MadeTar.Of([("g", MadeTar.Pax("path", "vm.ovf"), 'g'), ("vm.ovf", Ovf, '0'), ("disk.vmdk", Disk, '0')])),
        Reject("ova: a size by pax that leaves the archive", "container", () => MadeTar.Of(("vm.ovf", Ovf, '0'), ("p", MadeTar.Pax("size", "99999999999"), 'x'), ("disk.vmdk", Disk, '0'))),
        Reject("ova: a size of 2^63 in base 256", "container", () => Sized(0x80)),
        Reject("ova: a negative size in base 256", "container", () => Sized(0xff)),
        Reject("ova: cut in the disk", "container", () => Ova()[..^40000]),
        Reject("ova: cut in a header", "container", () => [.. Ova()[..^1024], .. MadeTar.Header("disk2.vmdk", 100, '0').AsSpan(0, 300)]),
        Reject("ova: a damaged header", "container", () => Ova() is var ova ? ova.Put(512 + ((Ovf.Length + 511) / 512 * 512) + 148, "7777777"u8) : []),
        Reject("ova: a manifest of another disk", "container", () => Ova(("m.mf", Manifest("disk.vmdk", [1, 2, 3]), '0'))),
        Reject("ova: a manifest of a file that is not there", "container", () => Ova(("m.mf", Manifest("other.vmdk", Disk), '0'))),
        Reject("ova: a description of a file outside", "container", () => With(Description("../disk.vmdk"))),
        Reject("ova: a description of an address", "container", () => With(Description("http://127.0.0.1/disk.vmdk"))),
        Reject("ova: a description with an entity", "container", () => With("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" + Description("&x;"))),
        Reject("ova: a description nested without end", "container", () => With(string.Concat(Enumerable.Repeat("<a>", 5000)))),
        Reject("ova: a description that is no XML", "container", () => With("not xml")),
        Reject("ova: a description without a disk", "container", () => With(Open + "</Envelope>")),
        Reject("ova: a description of a disk in pieces", "container", () => With(Description("disk.vmdk").Replace("ovf:id=\"f\"", "ovf:id=\"f\" ovf:chunkSize=\"1000\"", StringComparison.Ordinal))),
        Reject("ova: a description of a disk with a parent", "container", () => With(Description("disk.vmdk").Replace("ovf:diskId=\"d\"", "ovf:diskId=\"d\" ovf:parentRef=\"other\"", StringComparison.Ordinal))),
        Reject("ova: a disk with an extent elsewhere", "container", () => MadeTar.Of(("vm.ovf", Ovf, '0'), ("disk.vmdk", Encoding.ASCII.GetBytes(MadeVmdk.Descriptor.Replace("SPARSE \"v.vmdk\"", "FLAT \"/etc/passwd\" 0", StringComparison.Ordinal)), '0'))),
        Reject("ova: a disk that is no VMDK, though it says so", "container", () => MadeTar.Of(("vm.ovf", Ovf, '0'), ("disk.vmdk", MadeQcow2.Version3(), '0'))),

        Accept("tar: one disk", () => MadeTar.Of(("disk.raw", new byte[65536], '0'))),
        Accept("tar: a XenServer chain of one", () => MadeTar.Of(("0.vhd", MadeVhd.Dynamic(), '0'))),
        Reject("tar: two disks", "container", () => MadeTar.Of(("a.raw", new byte[65536], '0'), ("b.raw", new byte[65536], '0'))),
        Reject("tar: no disk", "container", () => MadeTar.Of(("d/", [], '5'))),
        Reject("tar: a backing file inside", "container", () => MadeTar.Of(("disk.qcow2", MadeQcow2.WithBacking("/etc/passwd"), '0'))),
        Accept("tar: a XenServer chain in its own folder", () => MadeTar.Of(("./", [], '5'), ("./0.vhd", MadeVhd.Dynamic(), '0'))),
        Reject("tar: a XenServer chain beside a folder", "container", () => MadeTar.Of(("0.vhd", MadeVhd.Dynamic(), '0'), ("1.vhd", [], '5'))),
        Reject("tar: a XenServer chain with a gap", "container", () => MadeTar.Of(("0.vhd", MadeVhd.Dynamic(), '0'), ("2.vhd", MadeVhd.Dynamic(), '0'))),
        Reject("tar: a XenServer chain without a base", "container", () => MadeTar.Of(("0.vhd", MadeVhd.Dynamic(footer => footer.Be32(60, 4)), '0'))),
        Reject("tar: a XenServer image with a wrong number", "container", () => MadeTar.Of(("0.vhd", MadeVhd.Dynamic(), '0'), ("01.vhd", MadeVhd.Dynamic(), '0'))),
        Accept("tar: data behind its end", () => [.. MadeTar.Of(("disk.raw", new byte[65536], '0')), .. new byte[512].Fill(0, 512, 1)]),
    ];

    private static byte[] Ova(params (string, byte[], char)[] more) => MadeTar.Of([("vm.ovf", Ovf, '0'), ("disk.vmdk", Disk, '0'), .. more]);

    private static byte[] With(string description) => MadeTar.Of(("vm.ovf", Encoding.UTF8.GetBytes(description), '0'), ("disk.vmdk", Disk, '0'));

    private static string Description(string file) =>
        $"{Open}<References><File ovf:href=\"{file}\" ovf:id=\"f\"/></References><DiskSection><Disk ovf:capacity=\"1048576\" ovf:diskId=\"d\" ovf:fileRef=\"f\" ovf:format=\"http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\"/></DiskSection></Envelope>";

    private static byte[] Manifest(string file, byte[] content) => Encoding.ASCII.GetBytes($"SHA256({file})= {Convert.ToHexStringLower(SHA256.HashData(content))}\n");

    // The magic of POSIX is taken away; the checksum is put right.
    private static byte[] Old(byte[] archive)
    {
        int second = 512 + ((Ovf.Length + 511) / 512 * 512);
        foreach ((int place, string name, int length) in new[] { (0, "vm.ovf", Ovf.Length), (second, "disk.vmdk", Disk.Length) })
        {
            archive.Put(place, MadeTar.Header(name, length, '0', header => header.Fill(257, 8, 0)));
        }

        return archive;
    }

    private static byte[] Sized(byte first)
    {
        byte[] archive = Ova();
        int second = 512 + ((Ovf.Length + 511) / 512 * 512);
        return archive.Put(second, MadeTar.Header("disk.vmdk", 0, '0', header => header.Put(124, [first, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0])));
    }
}
