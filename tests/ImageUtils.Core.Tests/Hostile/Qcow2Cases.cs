using System.Text;
using ImageUtils.Core.Tests.Support.Images;
using static ImageUtils.Core.Tests.Hostile.HostileCase;

namespace ImageUtils.Core.Tests.Hostile;

/// <summary>qcow2: names, features, bounds, extensions, tables.</summary>
public static class Qcow2Cases
{
    private const uint BackingFormat = 0xE2792ACA;
    private const uint FeatureNames = 0x6803F857;
    private const uint Bitmaps = 0x23852875;
    private const uint Encryption = 0x0537BE77;
    private const uint DataFile = 0x44415441;
    private const int Cluster = MadeQcow2.Cluster;

    public static HostileCase[] All { get; } =
    [
        Accept("qcow2: version 2", MadeQcow2.Version2),
        Accept("qcow2: version 3", MadeQcow2.Version3),
        Accept("qcow2: a disk of no bytes", () => MadeQcow2.Version3().Be64(24, 0)),
        Accept("qcow2: header of 112 bytes", () => MadeQcow2.Version3().Be32(100, 112)),
        Accept("qcow2: a longer header than is known, with zeros", () => MadeQcow2.Version3().Be32(100, 256)),
        Accept("qcow2: compatible features that nobody knows", () => MadeQcow2.Version3().Be64(80, ulong.MaxValue)),
        Accept("qcow2: autoclear features that nobody knows", () => MadeQcow2.Version3().Be64(88, 1UL << 40)),
        Accept("qcow2: lazy reference counts", () => MadeQcow2.Version3().Be64(80, 1)),
        Accept("qcow2: an unknown extension of odd length", () => MadeQcow2.WithExtension(0x12345678, new byte[13])),
        Accept("qcow2: an extension of length 0", () => MadeQcow2.WithExtension(0x12345678, [])),
        Accept("qcow2: an extension behind the end of the extensions", () => MadeQcow2.Version3().Be32(104, 0).Be32(112, DataFile).Be32(116, 11).Put(120, "/etc/passwd"u8)),
        Accept("qcow2: a table of feature names that is cut", () => MadeQcow2.WithExtension(FeatureNames, new byte[50])),
        Accept("qcow2: version 2 with a backing format and no backing file", () => MadeQcow2.Version2().Be32(72, BackingFormat).Be32(76, 3).Put(80, "raw"u8)),
        Accept("qcow2: version 2 with an extension whose length looks like features", () => MadeQcow2.Version2().Be32(72, 0x11223344).Be32(76, 4)),
        Accept("qcow2: a zero cluster", () => MadeQcow2.Version3().Be64(MadeQcow2.L2, 1)),
        Accept("qcow2: a zero cluster with its place kept", () => MadeQcow2.Version3().Be64(MadeQcow2.L2, (1UL << 63) | MadeQcow2.Data | 1)),
        Accept("qcow2: extended L2 entries", () => Extended(16)),
        Accept("qcow2: the last cluster is cut", () => MadeQcow2.Version3()[..(MadeQcow2.Data + 512)]),
        Accept("qcow2: a backing name's length without its place", () => MadeQcow2.Version3().Be32(16, 8)),
        Accept("qcow2: reference counts of 1 bit", () => MadeQcow2.Version3().Be32(96, 0)),
        Accept("qcow2: reference counts of 64 bits", () => MadeQcow2.Version3().Be32(96, 6)),
        Accept("qcow2: a snapshot without tables", () => WithSnapshot(0, 0)),

        Reject("qcow2: an absolute backing file", "backing_file", () => MadeQcow2.WithBacking("/etc/passwd")),
        Reject("qcow2: a backing file by json:", "backing_file", () => MadeQcow2.WithBacking("json:{\"driver\":\"file\",\"filename\":\"/etc/shadow\"}")),
        Reject("qcow2: a backing file by nbd:", "backing_file", () => MadeQcow2.WithBacking("nbd://127.0.0.1:10809/x")),
        Reject("qcow2: a backing file of one byte", "backing_file", () => MadeQcow2.WithBacking("x")),
        Reject("qcow2: a backing file by a share's name", "backing_file", () => MadeQcow2.WithBacking(@"\\host\share\disk.img")),
        Reject("qcow2: a backing file with a NUL in front", "backing_file", () => MadeQcow2.WithBacking("\0/etc/passwd")),
        Reject("qcow2: a backing file of spaces", "backing_file", () => MadeQcow2.WithBacking("   ")),
        Reject("qcow2: a backing file in UTF-16", "backing_file", () => MadeQcow2.Version3().Be64(8, 4096).Be32(16, 22).Put(4096, Encoding.Unicode.GetBytes("/etc/passwd"))),
        Reject("qcow2: a backing file of 1023 bytes", "backing_file", () => MadeQcow2.WithBacking(new string('a', 1023))),
        Reject("qcow2: a backing file of 1024 bytes", "backing_file", () => MadeQcow2.WithBacking(new string('a', 1024))),
        Reject("qcow2: a backing name of 4 GiB", "backing_file", () => MadeQcow2.WithBacking("a").Be32(16, uint.MaxValue)),
        Reject("qcow2: a backing name behind the end", "backing_file", () => MadeQcow2.WithBacking("a").Be64(8, 1UL << 40)),
        Reject("qcow2: a backing name at the last byte that can be named", "backing_file", () => MadeQcow2.WithBacking("a").Be64(8, ulong.MaxValue)),
        Reject("qcow2: a backing name inside the header", "backing_file", () => MadeQcow2.Version3().Be64(8, 64).Be32(16, 8)),
        Reject("qcow2: version 2 with a backing file", "backing_file", () => MadeQcow2.Version2().Be64(8, 4096).Be32(16, 4).Put(4096, "/x/y"u8)),

        Reject("qcow2: a data file's bit without a name", "data_file", () => MadeQcow2.Version3().Be64(72, 4)),
        Reject("qcow2: a data file's empty name", "data_file", () => MadeQcow2.WithExtension(DataFile, [])),
        Reject("qcow2: a data file's name that is not UTF-8", "data_file", () => MadeQcow2.WithExtension(DataFile, [0xff, 0xfe, 0x00]).Be64(72, 4)),
        Reject("qcow2: a data file by json:", "data_file", () => MadeQcow2.WithExtension(DataFile, "json:{\"driver\":\"nbd\"}"u8).Be64(72, 4)),
        Reject("qcow2: version 2 with a data file's name", "data_file", () => MadeQcow2.Version2().Be32(72, DataFile).Be32(76, 11).Put(80, "/etc/passwd"u8)),
        Reject("qcow2: a data file's name behind another extension", "data_file", () => MadeQcow2.WithExtension(0x11223344, new byte[5]).Be32(120, DataFile).Be32(124, 11).Put(128, "/etc/passwd"u8)),
        Reject("qcow2: a data file's name behind what is read of the header", "header", Late),

        Reject("qcow2: a feature that nobody knows", "unknown_features", () => MadeQcow2.Version3().Be64(72, 32)),
        Reject("qcow2: the last feature", "unknown_features", () => MadeQcow2.Version3().Be64(72, 1UL << 63)),
        Reject("qcow2: every feature", "unknown_features", () => MadeQcow2.Version3().Be64(72, ulong.MaxValue)),
        Reject("qcow2: marked corrupt", "corrupt", () => MadeQcow2.Version3().Be64(72, 2)),
        Reject("qcow2: the compression bit with zlib", "compression", () => MadeQcow2.Version3().Be64(72, 8).Be32(100, 112)),
        Reject("qcow2: compression type 255", "compression", () => MadeQcow2.Version3().Be64(72, 8).Be32(100, 112).Put(104, [255])),
        Reject("qcow2: old AES", "encryption", () => MadeQcow2.Version3().Be32(32, 1)),
        Reject("qcow2: version 2 with old AES", "encryption", () => MadeQcow2.Version2().Be32(32, 1)),
        Reject("qcow2: LUKS without its extension", "encryption", () => MadeQcow2.Version3().Be32(32, 2)),
        Reject("qcow2: LUKS whose header is behind the end", "encryption", () => MadeQcow2.WithExtension(Encryption, new byte[16].Be64(0, 1UL << 40).Be64(8, 4096)).Be32(32, 2)),
        Reject("qcow2: LUKS whose header is in the L1 table", "encryption", () => MadeQcow2.WithExtension(Encryption, new byte[16].Be64(0, MadeQcow2.L1).Be64(8, 4096)).Be32(32, 2)),
        Reject("qcow2: a LUKS extension without encryption", "encryption", () => MadeQcow2.WithExtension(Encryption, new byte[16].Be64(0, MadeQcow2.Data).Be64(8, 4096))),
        Reject("qcow2: a LUKS extension of 8 bytes", "encryption", () => MadeQcow2.WithExtension(Encryption, new byte[8]).Be32(32, 2)),
        Reject("qcow2: every encryption method", "encryption", () => MadeQcow2.Version3().Be32(32, uint.MaxValue)),

        Reject("qcow2: cluster_bits 0", "header", () => MadeQcow2.Version3().Be32(20, 0)),
        Reject("qcow2: cluster_bits 64", "header", () => MadeQcow2.Version3().Be32(20, 64)),
        Reject("qcow2: cluster_bits 4 G", "header", () => MadeQcow2.Version3().Be32(20, uint.MaxValue)),
        Reject("qcow2: refcount_order 7", "header", () => MadeQcow2.Version3().Be32(96, 7)),
        Reject("qcow2: refcount_order 4 G", "header", () => MadeQcow2.Version3().Be32(96, uint.MaxValue)),
        Reject("qcow2: header of 0 bytes", "header", () => MadeQcow2.Version3().Be32(100, 0)),
        Reject("qcow2: header of 106 bytes", "header", () => MadeQcow2.Version3().Be32(100, 106)),
        Reject("qcow2: header larger than a cluster", "header", () => MadeQcow2.Version3().Be32(100, Cluster + 8)),
        Reject("qcow2: header of 4 GiB", "header", () => MadeQcow2.Version3().Be32(100, uint.MaxValue)),
        Reject("qcow2: version 0", "header", () => MadeQcow2.Version3().Be32(4, 0)),
        Reject("qcow2: version 4 G", "header", () => MadeQcow2.Version3().Be32(4, uint.MaxValue)),
        Reject("qcow2: an extension that reaches into the backing file's name", "header", () => MadeQcow2.WithExtension(0x11223344, new byte[64]).Be64(8, 128).Be32(16, 4)),
        Reject("qcow2: an extension larger than a cluster", "header", () => MadeQcow2.WithExtension(0x11223344, []).Be32(108, Cluster)),
        Reject("qcow2: a backing format longer than any", "header", () => MadeQcow2.WithExtension(BackingFormat, new byte[200].Fill(0, 200, (byte)'r'))),
        Reject("qcow2: extended L2 entries in clusters of 8 KiB", "header", () => Extended(13)),

        Reject("qcow2: an L1 table at 2^63", "tables", () => MadeQcow2.Version3().Be64(40, 1UL << 63)),
        Reject("qcow2: an L1 table behind the end", "tables", () => MadeQcow2.Version3().Be64(40, 1UL << 40)),
        Reject("qcow2: an L1 table off its cluster", "tables", () => MadeQcow2.Version3().Be64(40, MadeQcow2.L1 + 512)),
        Reject("qcow2: an L1 table on the reference counts", "tables", () => MadeQcow2.Version3().Be64(40, MadeQcow2.RefcountTable)),
        Reject("qcow2: an L1 table too small for the disk", "tables", () => MadeQcow2.Version3().Be64(24, 1UL << 40)),
        Reject("qcow2: a disk of 2^63 bytes", "virtual_size", () => MadeQcow2.Version3().Be64(24, 1UL << 63)),
        Reject("qcow2: a disk of 2^64 - 1 bytes", "virtual_size", () => MadeQcow2.Version3().Be64(24, ulong.MaxValue)),
        Reject("qcow2: no L1 table at all", "tables", () => MadeQcow2.Version3().Be32(36, 0)),
        Reject("qcow2: no reference counts", "tables", () => MadeQcow2.Version3().Be32(56, 0)),
        Reject("qcow2: reference counts of 4 G clusters", "tables", () => MadeQcow2.Version3().Be32(56, uint.MaxValue)),
        Reject("qcow2: reference counts behind the end", "tables", () => MadeQcow2.Version3().Be64(48, 1UL << 50)),
        Reject("qcow2: reference counts off their cluster", "tables", () => MadeQcow2.Version3().Be64(48, MadeQcow2.RefcountTable + 8)),
        Reject("qcow2: a block of reference counts behind the end", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.RefcountTable, 1UL << 40)),
        Reject("qcow2: a block of reference counts in the L1 table", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.RefcountTable, MadeQcow2.L1)),
        Reject("qcow2: an L2 table behind the end", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L1, 1UL << 40)),
        Reject("qcow2: an L2 table off its cluster", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L1, MadeQcow2.L2 + 512)),
        Reject("qcow2: data behind the end", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L2, (1UL << 63) | (1UL << 40))),
        Reject("qcow2: data in an L2 table", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L2, (1UL << 63) | MadeQcow2.L2)),
        Reject("qcow2: one cluster used twice", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L2 + 8, (1UL << 63) | MadeQcow2.Data)),
        Reject("qcow2: a compressed cluster behind the end", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L2 + 8, (1UL << 62) | (1UL << 40))),
        Reject("qcow2: a compressed cluster in the header", "tables", () => MadeQcow2.Version3().Be64(MadeQcow2.L2 + 8, (1UL << 62) | 512)),
        Reject("qcow2: a subcluster there and zero at once", "tables", () => Extended(16).Be64(MadeQcow2.L2 + 8, 0x0000_0001_0000_0001)),
        Reject("qcow2: 65537 snapshots", "tables", () => MadeQcow2.Version3().Be32(60, 65537).Be64(64, MadeQcow2.Data)),
        Reject("qcow2: a snapshot table behind the end", "tables", () => MadeQcow2.Version3().Be32(60, 1).Be64(64, 1UL << 40)),
        Reject("qcow2: a snapshot table at 0", "tables", () => MadeQcow2.Version3().Be32(60, 1)),
        Reject("qcow2: a snapshot table in the L1 table", "tables", () => MadeQcow2.Version3().Be32(60, 1).Be64(64, MadeQcow2.L1)),
        Reject("qcow2: a snapshot's L1 table behind the end", "tables", () => WithSnapshot(1UL << 40, 1)),
        Reject("qcow2: a snapshot's L1 table of 4 G entries", "tables", () => WithSnapshot(MadeQcow2.L1, uint.MaxValue)),
        RejectFull("qcow2: a snapshot's L1 table in the active one", "tables", () => WithSnapshot(MadeQcow2.L1, 1)),
        Reject("qcow2: a snapshot with 4 GiB beside it", "tables", () => WithSnapshot(0, 0).Be32((6 * Cluster) + 36, uint.MaxValue)),
        Reject("qcow2: bitmaps without a directory", "tables", () => MadeQcow2.WithExtension(Bitmaps, new byte[24].Be32(0, 1).Be64(8, 24)).Be64(88, 1)),
        Reject("qcow2: bitmaps in the L1 table", "tables", () => MadeQcow2.WithExtension(Bitmaps, new byte[24].Be32(0, 1).Be64(8, 24).Be64(16, MadeQcow2.L1)).Be64(88, 1)),
        Reject("qcow2: 4 G bitmaps", "tables", () => MadeQcow2.WithExtension(Bitmaps, new byte[24].Be32(0, uint.MaxValue).Be64(8, 24).Be64(16, 6 * Cluster)).Be64(88, 1)),
        Reject("qcow2: a bitmap extension of 8 bytes", "tables", () => MadeQcow2.WithExtension(Bitmaps, new byte[8].Be32(0, 1)).Be64(88, 1)),
        .. Cut(),
    ];

    private static IEnumerable<HostileCase> Cut()
    {
        foreach (int length in new[] { 4, 8, 20, 24, 32, 40, 48, 56, 64, 72, 76, 100, 103, 104, 108, 511, 513, 4096, Cluster, MadeQcow2.L1, MadeQcow2.L2 + 8 })
        {
            yield return new HostileCase($"qcow2: cut at {length} bytes", false, () => MadeQcow2.Version3()[..length]);
        }
    }

    // Extended entries have 16 bytes; one cluster in the given size, all of its subclusters there.
    private static byte[] Extended(int bits)
    {
        byte[] image = MadeQcow2.Version3().Be64(72, 16).Be32(20, (uint)bits).Be64(MadeQcow2.L2 + 8, uint.MaxValue);
        return bits == 16 ? image : image.Be64(24, 4096);
    }

    // The extensions fill exactly what is read of a header in clusters of 2 MiB, and the name follows.
    private static byte[] Late()
    {
        const int Large = 2 << 20;
        byte[] image = new byte[6 * Large];
        image.Put(0, MadeQcow2.Version3().AsSpan(0, 104)).Be32(20, 21).Be64(40, 3 * Large).Be64(48, Large).Be64(Large, 2 * Large);
        image.Be32(104, 0x11223344).Be32(108, 65536 - 112);
        return image.Be32(65536, DataFile).Be32(65540, 11).Put(65544, "/etc/passwd"u8);
    }

    private static byte[] WithSnapshot(ulong table, uint entries)
    {
        byte[] image = MadeQcow2.Version3();
        Array.Resize(ref image, 7 * Cluster);
        return image.Be32(60, 1).Be64(64, 6 * Cluster).Be64(6 * Cluster, table).Be32((6 * Cluster) + 8, entries);
    }
}
