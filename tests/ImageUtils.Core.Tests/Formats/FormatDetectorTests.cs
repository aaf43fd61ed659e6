using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Formats;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Formats;

public class FormatDetectorTests
{
    public static TheoryData<string, byte[]> Samples => new()
    {
        { "raw", new byte[512] },
        { "raw", [] },
        { "raw", [1] },
        { "qcow2", MadeQcow2.Version3() },
        { "qcow", MadeDisks.Qcow() },
        { "qed", MadeDisks.Qed() },
        { "vmdk", MadeVmdk.Sparse() },
        { "vhd", MadeVhd.Dynamic() },
        { "vhdx", new MadeVhdx().Build() },
        { "vdi", MadeDisks.Vdi() },
        { "luks", MadeDisks.Luks1() },
        { "parallels", MadeDisks.Parallels() },
        { "bochs", MadeDisks.Bochs() },
        { "dmg", MadeDisks.Dmg() },
        { "cloop", MadeDisks.Cloop() },
        { "iso", MadeDisks.Iso() },
        { "gpt", MadeDisks.Gpt() },
        { "mbr", MadeDisks.Mbr() },
        { "gzip", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0] },
        { "xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4] },
        { "zstd", [0x28, 0xb5, 0x2f, 0xfd, 0] },
        { "bzip2", [.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59] },
        { "zip", [.. "PK\u0003\u0004"u8, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Samples), DisableDiscoveryEnumeration = true)]
    public void Every_format_is_known_by_its_bytes(string format, byte[] image)
    {
        FormatDetection detection = FormatDetector.Detect(new MemoryImageReader(image));
        Assert.Equal(format, detection.Primary.Name);
        Assert.Equal(format == "raw" ? 0 : 1, detection.Matches.Count);
    }

    [Fact]
    public void Detection_reads_little_of_a_large_file()
    {
        using var reader = new MemoryImageReader(new byte[8 << 20]);
        FormatDetector.Detect(reader);
        Assert.InRange(reader.BytesRead, 1, 40_000);
    }

    [Fact]
    public void UDF_is_found_behind_the_beginning_of_its_sequence()
    {
        byte[] image = new byte[65536];
        image.Put(32769, "BEA01"u8).Put(34817, "NSR02"u8).Put(36865, "TEA01"u8);
        Assert.Equal("iso", Verdict.Of(image).Facts.Format.Name);
        Assert.Equal("raw", Verdict.Of(image.Put(34817, "XXXXX"u8)).Facts.Format.Name);
    }

    [Fact]
    public void An_ISO_cut_inside_its_descriptor_is_refused() => Verdict.Fails(MadeDisks.Iso()[..32868], CheckNames.Header, "ends inside");

    [Fact]
    public void An_ISO_shorter_than_its_volume_is_a_warning() => Verdict.Warns(MadeDisks.Iso()[..40960], CheckNames.Header, "may have been cut");

    [Fact]
    public void A_hybrid_ISO_is_an_ISO()
    {
        Verdict.Passes(MadeDisks.Iso(1 << 20).Put(446, MadeDisks.Mbr().AsSpan(446, 66)), "iso");
        Verdict.Passes(MadeDisks.Iso(1 << 20).Put(0, MadeDisks.Gpt().AsSpan(0, 1024)), "iso");
    }

    public static TheoryData<string, byte[]> Polyglots => new()
    {
        { "qcow2 and iso", MadeQcow2.Version3().Put(32768, "\u0001CD001\u0001"u8) },
        { "qcow2 and vdi", MadeQcow2.Version3().Le32(0x200, 0).Put(0x40, [0x7f, 0x10, 0xda, 0xbe]) },
        { "qcow2 and mbr", MadeQcow2.Version3().Put(446, MadeDisks.Mbr().AsSpan(446, 66)) },
        { "qcow2 and a fixed vhd", [.. MadeQcow2.Version3(), .. MadeVhd.Fixed().AsSpan(MadeVhd.FixedSize)] },
        { "vhd and iso", MadeVhd.Dynamic().Put(32768, "\u0001CD001\u0001"u8) },
        { "vmdk and iso", MadeVmdk.Sparse().Put(32768, "\u0001CD001\u0001"u8) },
        { "iso and dmg", [.. MadeDisks.Iso(), .. MadeDisks.Dmg().AsSpan(4096)] },
    };

    [Theory]
    [MemberData(nameof(Polyglots), DisableDiscoveryEnumeration = true)]
    public void Two_formats_in_one_file_are_refused(string what, byte[] image)
    {
        Assert.NotEmpty(what);
        ImageCheck check = Verdict.Check(Verdict.Of(image), CheckNames.SingleFormat);
        Assert.Equal(CheckOutcome.Failed, check.Outcome);
        Assert.Contains("at the same time", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_sectors_of_file_systems_are_no_partition_tables()
    {
        byte[] ntfs = MadeDisks.Mbr().Put(3, "NTFS    "u8);
        byte[] fat = new byte[1 << 20];
        fat.Put(0, [0xeb, 0x3c, 0x90]).Le16(11, 512).Put(16, [2]).Put(21, [0xf8]).Put(510, [0x55, 0xaa]);
        Verdict.Passes(ntfs, "raw");
        Verdict.Passes(fat, "raw");
    }

    public static TheoryData<string, byte[]> OddTables => new()
    {
        { "overlap", MadeDisks.Mbr().Put(462, MadeDisks.Mbr().AsSpan(446, 16)) },
        { "behind the end", MadeDisks.Mbr().Le32(458, 1 << 30) },
        { "begins at sector 7", MadeDisks.Gpt().Le32(454, 7) },
        { "covers 17 sectors", MadeDisks.Gpt().Le32(458, 17) },
        { "begin at 0/0/2", MadeDisks.Gpt().Put(448, [9]) },
        { "beside the protective", MadeDisks.Gpt().Put(466, [0x83]).Le32(470, 2).Le32(474, 2) },
        { "checksum of the GPT", MadeDisks.Gpt().Le32(528, 1) },
        { "entries of 129", MadeDisks.Gpt().Le32(596, 129) },
        { "no GPT header", MadeDisks.Gpt().Put(512, "XXX"u8) },
    };

    [Theory]
    [MemberData(nameof(OddTables), DisableDiscoveryEnumeration = true)]
    public void An_odd_partition_table_is_a_warning_and_no_more(string words, byte[] image) => Verdict.Warns(image, CheckNames.PartitionTable, words);

    [Fact]
    public void A_good_partition_table_passes()
    {
        Assert.Empty(Verdict.Warned(Verdict.Of(MadeDisks.Mbr())));
        Assert.Empty(Verdict.Warned(Verdict.Of(MadeDisks.Gpt())));
    }

    [Fact]
    public void Raw_is_counted_in_whole_sectors_and_a_page_of_a_server_is_pointed_out()
    {
        Assert.Equal(1024, Verdict.Of(new byte[513]).Facts.VirtualSize);
        Assert.Equal(0, Verdict.Of([]).Facts.VirtualSize);
        Verdict.Warns("  <!DOCTYPE html><html>404</html>"u8.ToArray(), CheckNames.Content, "page");
        Verdict.Warns([], CheckNames.VirtualSize, "empty");
    }
}
