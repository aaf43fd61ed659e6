using System.Text;
using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>VMDK: descriptors in every dress, extents that name something, headers and footers that lie.</summary>
public static class VmdkCases
{
    private static readonly string[] OtherTypes =
        ["custom", "fullDevice", "monolithicFlat", "partitionedDevice", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse", "vmfs", "vmfsPreallocated", "vmfsRaw", "vmfsRDM", "vmfsRawDeviceMap", "vmfsPassthroughRawDeviceMap", "vmfsSparse", "vmfsThin", "seSparse", "MONOLITHICSPARSE", "monolithicSparse2", ""];

    private static readonly string[] Paths =
        ["/etc/passwd", "../x", "..", @"C:\x.vmdk", "C:x.vmdk", @"\\host\share\x.vmdk", @"\\.\PhysicalDrive0", "json:{}", "nbd:127.0.0.1:1", "http://127.0.0.1/x", "./x", "sub/x.vmdk", @"sub\x.vmdk", "file:x", "/dev/sda"];

    public static HostileCase[] All { get; } =
    [
        Accept("vmdk: sparse", () => MadeVmdk.Sparse()),
        Accept("vmdk: stream-optimized with a footer", MadeVmdk.StreamOptimized),
        Accept("vmdk: stream-optimized with a grain", MadeVmdk.Compressed),
        Accept("vmdk: both grain directories", MadeVmdk.WithGrains),
        Accept("vmdk: a descriptor with CRLF", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("\n", "\r\n", StringComparison.Ordinal))),
        Accept("vmdk: a descriptor with spaces around the signs", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("=", " = ", StringComparison.Ordinal))),
        Accept("vmdk: a descriptor with keys in other case", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("createType", "CREATETYPE", StringComparison.Ordinal))),
        Accept("vmdk: a disk database with many lines", () => MadeVmdk.Sparse(MadeVmdk.Descriptor + "ddb.geometry.cylinders = \"2\"\nddb.uuid.image=\"a/b\"\nddb.toolsVersion = \"2147483647\"\n")),
        Accept("vmdk: an encoding that is named", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("\nCID=", "\nencoding=\"UTF-8\"\nCID=", StringComparison.Ordinal))),

        .. OtherTypes.Select(type => Reject($"vmdk: createType '{type}'", "create_type", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("monolithicSparse", type, StringComparison.Ordinal)))),
        .. Paths.Select(path => Reject($"vmdk: an embedded extent named '{path}'", "extents", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("v.vmdk", path, StringComparison.Ordinal)))),
        .. Paths.Select(path => Reject($"vmdk: a text descriptor with an extent named '{path}'", "extents", () => Text(MadeVmdk.Descriptor.Replace("v.vmdk", path, StringComparison.Ordinal)))),
        Reject("vmdk: a text descriptor with an extent beside it", "extents", () => Text(MadeVmdk.Descriptor)),
        Reject("vmdk: a text descriptor without line ends at its end", "extents", () => Encoding.UTF8.GetBytes(MadeVmdk.Descriptor.TrimEnd())),
        Reject("vmdk: a text descriptor with CR alone", "extents", () => Text(MadeVmdk.Descriptor.Replace("\n", "\r", StringComparison.Ordinal))),
        Reject("vmdk: a text descriptor with CRLF", "extents", () => Text(MadeVmdk.Descriptor.Replace("\n", "\r\n", StringComparison.Ordinal))),
        Reject("vmdk: a text descriptor in UTF-16, little-endian, marked", "descriptor", () => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(MadeVmdk.Descriptor)]),
        Reject("vmdk: a text descriptor in UTF-16, big-endian, marked", "descriptor", () => [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(MadeVmdk.Descriptor)]),
        Reject("vmdk: a text descriptor in UTF-16, not marked", "descriptor", () => Encoding.Unicode.GetBytes(MadeVmdk.Descriptor)),
        Reject("vmdk: a text descriptor behind NULs", "descriptor", () => [.. new byte[16], .. Text(MadeVmdk.Descriptor)]),
        Reject("vmdk: a text descriptor behind empty lines", "extents", () => Text("\n\r\n  \n" + MadeVmdk.Descriptor)),
        Reject("vmdk: a text descriptor behind a form feed", "extents", () => Text("\f\v" + MadeVmdk.Descriptor)),
        Reject("vmdk: a text descriptor with its first line in capitals", "extents", () => Text(MadeVmdk.Descriptor.Replace("# Disk DescriptorFile", "# DISK DESCRIPTORFILE", StringComparison.Ordinal))),
        Reject("vmdk: a text descriptor that begins with its version", "extents", () => Text(MadeVmdk.Descriptor.Replace("# Disk DescriptorFile\n", string.Empty, StringComparison.Ordinal))),
        Reject("vmdk: a text descriptor that begins with a spaced version", "extents", () => Text(MadeVmdk.Descriptor.Replace("# Disk DescriptorFile\nversion=1", "Version = 1", StringComparison.Ordinal))),
        Reject("vmdk: a text descriptor with one space in its first line too many", "extents", () => Text(MadeVmdk.Descriptor.Replace("DescriptorFile", "Descriptor File", StringComparison.Ordinal))),
        Reject("vmdk: a text descriptor with no space in its first line", "extents", () => Text(MadeVmdk.Descriptor.Replace("# Disk", "#Disk", StringComparison.Ordinal))),
        Reject("vmdk: an extent without quotes", "extents", () => Text(MadeVmdk.Descriptor.Replace("\"v.vmdk\"", "/etc/passwd", StringComparison.Ordinal))),
        Reject("vmdk: an extent with three quotes", "extents", () => Text(MadeVmdk.Descriptor.Replace("\"v.vmdk\"", "\"v.vmdk\" \"/etc/passwd\"", StringComparison.Ordinal))),
        Reject("vmdk: an extent with tabs", "extents", () => Text(MadeVmdk.Descriptor.Replace("RW 2048 SPARSE ", "RW\t2048\tFLAT\t", StringComparison.Ordinal))),
        Reject("vmdk: an extent of small letters", "extents", () => Text(MadeVmdk.Descriptor.Replace("RW 2048 SPARSE", "rw 2048 flat", StringComparison.Ordinal))),
        Reject("vmdk: an extent of unknown access", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("RW 2048", "RX 2048", StringComparison.Ordinal))),
        Reject("vmdk: an extent of negative size", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("2048", "-1", StringComparison.Ordinal))),
        Reject("vmdk: an extent of more sectors than a number holds", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("2048", "99999999999999999999", StringComparison.Ordinal))),
        Reject("vmdk: an embedded extent of another size than the header", "virtual_size", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("2048", "4194304", StringComparison.Ordinal))),
        Reject("vmdk: two embedded extents", "extents", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("RW 2048 SPARSE \"v.vmdk\"\n", "RW 2048 SPARSE \"v.vmdk\"\nRW 2048 SPARSE \"w.vmdk\"\n", StringComparison.Ordinal))),
        Reject("vmdk: a device of VMFS as the extent", "extents", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("SPARSE \"v.vmdk\"", "VMFSRDM \"v-rdm.vmdk\"", StringComparison.Ordinal))),
        Reject("vmdk: createType twice", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("createType=", "createType=\"vmfs\"\ncreateType=", StringComparison.Ordinal))),
        Reject("vmdk: createType in a comment only", "create_type", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("createType=", "#createType=", StringComparison.Ordinal))),
        Reject("vmdk: a parent by its id", "parent", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("parentCID=ffffffff", "parentCID=12345678", StringComparison.Ordinal))),
        Reject("vmdk: a parent's id of 0", "parent", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("parentCID=ffffffff", "parentCID=0", StringComparison.Ordinal))),
        Reject("vmdk: a parent's id that is no number", "parent", () => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("parentCID=ffffffff", "parentCID=zz", StringComparison.Ordinal))),
        Reject("vmdk: a parent by its name", "parent", () => MadeVmdk.Sparse(MadeVmdk.Descriptor + "parentFileNameHint=\"base.vmdk\"\n")),
        Reject("vmdk: a file of changed blocks", "extents", () => MadeVmdk.Sparse(MadeVmdk.Descriptor + "changeTrackPath=\"v-ctk.vmdk\"\n")),
        Reject("vmdk: text behind the descriptor's end", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor + "\0RW 2048 FLAT \"/etc/passwd\" 0\n")),
        Reject("vmdk: a short extent behind the descriptor's end", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor + "\0RW 1 FLAT \"/x\"")),
        Reject("vmdk: letters beyond ASCII", "descriptor", () => MadeVmdk.Sparse(MadeVmdk.Descriptor + "# é\n")),
        Reject("vmdk: a sparse file without a descriptor", "descriptor", () => MadeVmdk.Sparse().Le64(28, 0).Le64(36, 0)),
        Reject("vmdk: a descriptor behind the end", "descriptor", () => MadeVmdk.Sparse().Le64(28, 1UL << 40)),
        Reject("vmdk: a descriptor at the last sector that can be named", "descriptor", () => MadeVmdk.Sparse().Le64(28, ulong.MaxValue)),
        Reject("vmdk: a descriptor of no sectors", "descriptor", () => MadeVmdk.Sparse().Le64(36, 0)),
        Accept("vmdk: a descriptor's size that lies, with text that ends", () => MadeVmdk.Sparse().Le64(36, 1UL << 40).Fill(64000, 1, 0)),

        Reject("vmdk: version 0", "header", () => MadeVmdk.Sparse().Le32(4, 0)),
        Reject("vmdk: version 4", "header", () => MadeVmdk.Sparse().Le32(4, 4)),
        Reject("vmdk: line ends changed by a transfer", "header", () => MadeVmdk.Sparse().Put(73, "\n \n\n"u8)),
        Reject("vmdk: grains of 3 sectors", "header", () => MadeVmdk.Sparse().Le64(20, 3)),
        Reject("vmdk: grains of 2^63 sectors", "header", () => MadeVmdk.Sparse().Le64(20, 1UL << 63)),
        Reject("vmdk: grain tables of no entries", "header", () => MadeVmdk.Sparse().Le32(44, 0)),
        Reject("vmdk: grain tables of 4 G entries", "header", () => MadeVmdk.Sparse().Le32(44, uint.MaxValue)),
        Reject("vmdk: an unknown compression", "compression", () => MadeVmdk.StreamOptimized().Le16(77, 2)),
        Reject("vmdk: a capacity of 2^63 sectors", "virtual_size", () => MadeVmdk.Sparse().Le64(12, 1UL << 63)),
        Reject("vmdk: a capacity that the descriptor does not know", "virtual_size", () => MadeVmdk.Sparse().Le64(12, 2048 * 64)),
        Reject("vmdk: a grain directory behind the end", "tables", () => MadeVmdk.Sparse().Le64(56, 1UL << 40)),
        Reject("vmdk: a grain directory in the header", "tables", () => MadeVmdk.Sparse().Le64(56, 0)),
        Reject("vmdk: a redundant grain directory behind the end", "tables", () => MadeVmdk.WithGrains().Le64(48, 1UL << 40)),
        Reject("vmdk: a grain table behind the end", "tables", () => MadeVmdk.Sparse().Le32(MadeVmdk.Directory, 1 << 30)),
        RejectFull("vmdk: a grain behind the end", "tables", () => MadeVmdk.WithGrains().Le32(MadeVmdk.Table, 1 << 30)),
        RejectFull("vmdk: a grain in the descriptor", "tables", () => MadeVmdk.WithGrains().Le32(MadeVmdk.Table, 1)),
        RejectFull("vmdk: a grain used twice", "tables", () => MadeVmdk.WithGrains().Le32(MadeVmdk.Table + 4, MadeVmdk.Grain / 512)),
        Reject("vmdk: an overhead behind the end", "tables", () => MadeVmdk.Sparse().Le64(64, 1UL << 40)),
        Reject("vmdk: a footer without its marker", "footer", () => Footer(image => image.Le32(image.Length - 1536 + 12, 0))),
        Reject("vmdk: a footer with text behind it", "footer", () => Footer(image => image.Fill(image.Length - 512, 1, 7))),
        Reject("vmdk: a footer without its magic", "footer", () => Footer(image => image.Put(image.Length - 1024, "XXXX"u8))),
        Reject("vmdk: a footer of other grains", "footer", () => Footer(image => image.Le64(image.Length - 1024 + 20, 16))),
        Reject("vmdk: a footer with another descriptor", "footer", () => Footer(image => image.Le64(image.Length - 1024 + 28, 30))),
        Reject("vmdk: a footer whose directory is behind the end", "tables", () => Footer(image => image.Le64(image.Length - 1024 + 56, 1UL << 40))),
        Reject("vmdk: data appended behind the footer", "footer", () => [.. MadeVmdk.StreamOptimized(), .. new byte[512].Fill(0, 512, 1)]),
        Reject("vmdk: a stream cut in front of its footer", "footer", () => MadeVmdk.StreamOptimized()[..^1536]),
        Reject("vmdk: a sparse header cut", "header", () => MadeVmdk.Sparse()[..300]),
        Reject("vmdk: COWD", "header", () => new byte[65536].Put(0, "COWD"u8).Le32(4, 1).Le32(8, 3).Le32(12, 2048)),
        Reject("vmdk: seSparse", "descriptor", () => new byte[65536].Le64(0, 0xCAFEBABE).Le64(8, 0x0000_0002_0000_0001).Le64(16, 2048)),
        Reject("vmdk: seSparse of an unknown version", "header", () => new byte[65536].Le64(0, 0xCAFEBABE).Le64(8, 9).Le64(16, 2048)),
    ];

    private static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Array.Resize(ref bytes, (bytes.Length + 511) / 512 * 512);
        return bytes;
    }

    private static byte[] Footer(Action<byte[]> change)
    {
        byte[] image = MadeVmdk.StreamOptimized();
        change(image);
        return image;
    }
}
