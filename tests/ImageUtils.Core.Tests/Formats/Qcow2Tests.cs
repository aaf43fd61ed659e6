using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class Qcow2Tests
{
    private static readonly InspectionRequest Full = new() { Depth = InspectionDepth.Full };

    [Fact]
    public void A_plain_image_passes_and_its_facts_are_qemus()
    {
        Verdict.Passes(MadeQcow2.Version3(), "qcow2");
        ImageUtils.Formats.ImageFacts facts = Verdict.Of(MadeQcow2.Version3()).Facts;
        Assert.Equal(MadeQcow2.DiskSize, facts.VirtualSize);
        Assert.Equal(MadeQcow2.Cluster, facts.ClusterSize);
        Assert.Equal("1.1", facts.FormatSpecific["compat"]);
        Assert.Equal("zlib", facts.FormatSpecific["compression-type"]);
        Assert.Equal(16L, facts.FormatSpecific["refcount-bits"]);
        Assert.Equal(false, facts.FormatSpecific["lazy-refcounts"]);
        Assert.Equal(false, facts.FormatSpecific["corrupt"]);
        Assert.Equal(false, facts.FormatSpecific["extended-l2"]);
    }

    [Fact]
    public void A_version_2_header_has_no_feature_bits()
    {
        // The bytes at 72 are an extension, whose length would be the data-file bit.
        byte[] image = MadeQcow2.Version2().Be32(72, 0x11223344).Be32(76, 5).Put(80, "abcde"u8);
        Verdict.Passes(image, "qcow2");
        Assert.Equal("0.10", Verdict.Of(image).Facts.FormatSpecific["compat"]);
        Assert.False(Verdict.Of(image).Facts.FormatSpecific.ContainsKey("corrupt"));
    }

    [Fact]
    public void A_backing_file_is_refused_with_evidence()
    {
        ImageCheck check = Verdict.Fails(MadeQcow2.WithBacking("/etc/passwd"), CheckNames.BackingFile, "/etc/passwd");
        Assert.Equal(8, check.Offset);
        Assert.Equal("00000000000010000000000b", check.Evidence);
        Assert.Contains("CVE-2015-1851", check.Reference, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backing_file_passes_where_it_is_allowed()
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.WithBacking("base.img"), new InspectionRequest { AllowBackingFile = true });
        Assert.True(inspection.IsAcceptable);
        Assert.Equal("base.img", inspection.Facts.BackingFile);
    }

    [Fact]
    public void A_backing_file_outside_of_the_first_cluster_is_refused_even_where_it_is_allowed() =>
        Verdict.Fails(MadeQcow2.Version3().Be64(8, 2 * MadeQcow2.Cluster).Be32(16, 4), CheckNames.BackingFile, "first cluster", new InspectionRequest { AllowBackingFile = true });

    [Fact]
    public void A_backing_offset_without_a_name_is_refused() => Verdict.Fails(MadeQcow2.Version3().Be64(8, 4096), CheckNames.BackingFile, "without a name");

    [Fact]
    public void A_backing_length_without_a_place_is_a_warning() => Verdict.Warns(MadeQcow2.Version3().Be32(16, 8), CheckNames.BackingFile, "no place");

    [Fact]
    public void A_backing_format_is_read_from_its_extension()
    {
        byte[] image = MadeQcow2.WithExtension(0xE2792ACA, "raw"u8).Be64(8, 4096).Be32(16, 4).Put(4096, "base"u8);
        Assert.Equal("raw", Verdict.Of(image).Facts.BackingFormat);
    }

    [Fact]
    public void A_name_that_is_no_UTF8_becomes_valid_text_and_a_control_character_is_escaped_in_reasons()
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.Version3().Be64(8, 4096).Be32(16, 3).Put(4096, [0xff, 0x1b, 0x41]));
        Assert.Equal("\ufffd\u001bA", inspection.Facts.BackingFile);
        Assert.Contains("\\u001bA", Verdict.Check(inspection, CheckNames.BackingFile).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Verdict.Check(inspection, CheckNames.BackingFile).Reason, char.IsControl);
    }

    [Fact]
    public void A_data_file_is_refused_by_its_bit()
    {
        byte[] image = MadeQcow2.WithExtension(0x44415441, "/etc/shadow"u8).Be64(72, 4);
        Verdict.Fails(image, CheckNames.DataFile, "another file ('/etc/shadow')");
        Assert.Equal("/etc/shadow", Verdict.Of(image).Facts.DataFile);
        Assert.Equal(false, Verdict.Of(image).Facts.FormatSpecific["data-file-raw"]);
    }

    [Fact]
    public void A_data_file_is_refused_by_its_name_alone() => Verdict.Fails(MadeQcow2.WithExtension(0x44415441, "/etc/shadow"u8), CheckNames.DataFile, "without the feature bit");

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(63)]
    public void An_unknown_feature_is_refused(int bit) => Verdict.Fails(MadeQcow2.Version3().Be64(72, 1UL << bit), CheckNames.UnknownFeatures, $"bit {bit}");

    [Fact]
    public void The_name_of_an_unknown_feature_is_shown_without_its_control_characters()
    {
        byte[] names = new byte[48];
        names.Put(0, [0, 6]).Put(2, "\u001b]0;x"u8);
        Verdict.Fails(MadeQcow2.WithExtension(0x6803F857, names).Be64(72, 64), CheckNames.UnknownFeatures, "bit 6 ('\\u001b]0;x')");
    }

    [Fact]
    public void Unknown_compatible_and_autoclear_bits_pass() => Verdict.Passes(MadeQcow2.Version3().Be64(80, ulong.MaxValue).Be64(88, 0xf0), "qcow2");

    [Fact]
    public void The_corrupt_bit_is_refused() => Verdict.Fails(MadeQcow2.Version3().Be64(72, 2), CheckNames.Corrupt, "marked corrupt");

    [Fact]
    public void The_dirty_bit_is_a_warning()
    {
        Verdict.Warns(MadeQcow2.Version3().Be64(72, 1), CheckNames.Dirty, "not closed cleanly");
        Assert.True(Verdict.Of(MadeQcow2.Version3().Be64(72, 1)).Facts.IsDirty);
    }

    [Fact]
    public void Extended_L2_passes()
    {
        byte[] image = MadeQcow2.Version3().Be64(72, 16);
        Verdict.Passes(image, "qcow2");
        Assert.Equal(true, Verdict.Of(image).Facts.FormatSpecific["extended-l2"]);
    }

    [Fact]
    public void Zstandard_passes_with_its_bit()
    {
        byte[] image = MadeQcow2.Version3().Be32(100, 112).Be64(72, 8);
        image[104] = 1;
        Verdict.Passes(image, "qcow2");
        Assert.Equal("zstd", Verdict.Of(image).Facts.FormatSpecific["compression-type"]);
    }

    [Theory]
    [InlineData(1, 0, "contradict")]
    [InlineData(0, 8, "contradict")]
    [InlineData(2, 8, "not known")]
    public void A_compression_type_that_is_not_announced_or_not_known_is_refused(byte type, ulong features, string words)
    {
        byte[] image = MadeQcow2.Version3().Be32(100, 112).Be64(72, features);
        image[104] = type;
        Verdict.Fails(image, CheckNames.Compression, words);
    }

    [Theory]
    [InlineData(1, "old AES")]
    [InlineData(2, "is missing")]
    [InlineData(3, "method 3")]
    public void Encryption_other_than_sound_LUKS_is_refused(uint method, string words) => Verdict.Fails(MadeQcow2.Version3().Be32(32, method), CheckNames.Encryption, words);

    [Fact]
    public void LUKS_inside_passes_with_a_sound_header()
    {
        byte[] luks = MadeDisks.Luks1();
        byte[] image = [.. MadeQcow2.WithExtension(0x0537BE77, new byte[16].Be64(0, 6 * MadeQcow2.Cluster).Be64(8, MadeDisks.LuksPayload)), .. luks[..MadeDisks.LuksPayload]];
        image.Be32(32, 2);
        Verdict.Passes(image, "qcow2");
        Assert.True(Verdict.Of(image).Facts.IsEncrypted);
        var encrypt = Assert.IsType<Dictionary<string, object?>>(Verdict.Of(image).Facts.FormatSpecific["encrypt"]);
        Assert.Equal("luks", encrypt["format"]);
        Assert.Equal("aes-128", encrypt["cipher-alg"]);
        Verdict.Fails(image.Be32((6 * MadeQcow2.Cluster) + 108, 0), CheckNames.Encryption, "key of 0 bytes");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(22)]
    [InlineData(31)]
    [InlineData(uint.MaxValue)]
    public void A_cluster_size_out_of_range_is_refused(uint bits) => Verdict.Fails(MadeQcow2.Version3().Be32(20, bits), CheckNames.Header, "cluster_bits");

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void A_version_that_is_not_known_is_refused(uint version) => Verdict.Fails(MadeQcow2.Version2().Be32(4, version), CheckNames.Header, "not known");

    [Theory]
    [InlineData(72)]
    [InlineData(105)]
    [InlineData(70000)]
    public void A_header_length_out_of_range_is_refused(uint length) =>
        Assert.Contains("header_length", Verdict.Check(Verdict.Of(MadeQcow2.Version3().Be32(100, length)), CheckNames.Header).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_refcount_order_out_of_range_is_refused() => Verdict.Fails(MadeQcow2.Version3().Be32(96, 7), CheckNames.Header, "refcount_order");

    [Fact]
    public void An_extension_that_leaves_the_header_is_refused() => Verdict.Fails(MadeQcow2.Version3().Be32(104, 0x12345678).Be32(108, uint.MaxValue), CheckNames.Header, "leaves the header");

    [Fact]
    public void A_header_that_is_cut_off_is_refused() => Verdict.Fails(MadeQcow2.Version3()[..71], CheckNames.Header, "ends inside the header");

    [Fact]
    public void A_size_that_is_no_multiple_of_512_is_a_warning() => Verdict.Warns(MadeQcow2.Version3().Be64(24, MadeQcow2.DiskSize - 1), CheckNames.VirtualSize, "multiple of 512");

    [Fact]
    public void A_size_beyond_every_disk_is_refused()
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.Version3().Be64(24, ulong.MaxValue));
        Assert.Equal(CheckOutcome.Failed, Verdict.Check(inspection, CheckNames.VirtualSize).Outcome);
    }

    public static TheoryData<string, int, ulong, string> BrokenTables => new()
    {
        { "L1 in the header", 40, 0, "does not begin a cluster" },
        { "L1 not on a cluster", 40, MadeQcow2.L1 + 512, "does not begin a cluster" },
        { "L1 behind the end", 40, 1UL << 40, "leaves the file" },
        { "L1 on the reference counts", 40, MadeQcow2.RefcountTable, "overlaps" },
        { "reference counts behind the end", 48, 1UL << 62, "leaves the file" },
        { "reference counts in the header", 48, 0, "does not begin a cluster" },
        { "an L2 table behind the end", MadeQcow2.L1, 1UL << 40, "behind the end" },
        { "an L2 table that is the L1 table", MadeQcow2.L1, MadeQcow2.L1, "which is the L1 table" },
        { "an L2 table that is not on a cluster", MadeQcow2.L1, MadeQcow2.L2 + 512, "no cluster's beginning" },
        { "data behind the end", MadeQcow2.L2, 1UL << 40, "behind the end" },
        { "data in the header", MadeQcow2.L2, 1UL << 63, "offset 0" },
        { "data that are the L2 table", MadeQcow2.L2, MadeQcow2.L2, "holds an L2 table" },
        { "two pieces of data in one place", MadeQcow2.L2 + 8, MadeQcow2.Data, "used twice" },
        { "data that are the reference counts", MadeQcow2.L2 + 8, MadeQcow2.RefcountBlock, "holds another table" },
        { "compressed data behind the end", MadeQcow2.L2, (1UL << 62) | (1UL << 40), "compressed cluster" },
        { "compressed data in the header", MadeQcow2.L2, 1UL << 62, "compressed cluster" },
        { "a reference count block behind the end", MadeQcow2.RefcountTable, 1UL << 40, "behind the end" },
    };

    [Theory]
    [MemberData(nameof(BrokenTables))]
    public void A_table_that_points_where_it_must_not_is_refused(string what, int offset, ulong value, string words)
    {
        Assert.NotEmpty(what);
        Verdict.Fails(MadeQcow2.Version3().Be64(offset, value), CheckNames.Tables, words);
    }

    [Fact]
    public void An_L1_table_of_the_largest_size_is_refused() => Verdict.Fails(MadeQcow2.Version3().Be32(36, uint.MaxValue), CheckNames.Tables, "larger than 32 MiB");

    [Fact]
    public void A_header_without_anything_behind_it_is_a_disk_of_zeros() => Verdict.Warns(MadeQcow2.Version3()[..512], CheckNames.Tables, "reads as zeros");

    [Theory]
    [InlineData(511)]
    [InlineData(513)]
    [InlineData(4096)]
    [InlineData(MadeQcow2.Cluster)]
    public void An_image_cut_behind_its_header_is_refused(int length) => Assert.False(Verdict.Of(MadeQcow2.Version3()[..length]).IsAcceptable);

    [Fact]
    public void An_L1_table_too_small_for_the_disk_is_refused() => Verdict.Fails(MadeQcow2.Version3().Be64(24, 1UL << 40), CheckNames.Tables, "too small");

    [Fact]
    public void No_reference_counts_at_all_are_refused() => Verdict.Fails(MadeQcow2.Version3().Be32(56, 0), CheckNames.Tables, "at least one");

    [Fact]
    public void Too_many_snapshots_are_refused() => Verdict.Fails(MadeQcow2.Version3().Be32(60, uint.MaxValue).Be64(64, MadeQcow2.Data), CheckNames.Tables, "snapshots");

    [Fact]
    public void A_snapshot_whose_table_lies_outside_is_refused()
    {
        byte[] image = MadeQcow2.Version3().Be64(MadeQcow2.L2, 0).Be32(60, 1).Be64(64, MadeQcow2.Data).Be64(MadeQcow2.Data, 1UL << 40).Be32(MadeQcow2.Data + 8, 1);
        Verdict.Fails(image, CheckNames.Tables, "L1 table of a snapshot");
    }

    [Fact]
    public void Snapshots_are_listed_with_qemus_names()
    {
        byte[] image = MadeQcow2.Version3().Be64(MadeQcow2.L2, 0).Be32(60, 1).Be64(64, MadeQcow2.Data);
        image.Be64(MadeQcow2.Data, MadeQcow2.L2).Be32(MadeQcow2.Data + 8, 1).Be16(MadeQcow2.Data + 12, 1).Be16(MadeQcow2.Data + 14, 5).Be32(MadeQcow2.Data + 16, 86400);
        image.Put(MadeQcow2.Data + 40, "1first"u8);
        ImageUtils.Formats.ImageSnapshot snapshot = Assert.Single(Verdict.Of(image).Facts.Snapshots);
        Assert.Equal("1", snapshot.Id);
        Assert.Equal("first", snapshot.Name);
        Assert.Equal(new DateTime(1970, 1, 2, 0, 0, 0, DateTimeKind.Utc), snapshot.Date);
    }

    [Fact]
    public void A_snapshot_with_the_longest_name_is_listed_whole_and_a_cut_one_is_refused()
    {
        // Two snapshots; the name of the first is longer than what is read at first.
        byte[] image = MadeQcow2.Version3().Be64(MadeQcow2.L2, 0).Be32(60, 2).Be64(64, MadeQcow2.Data);
        int second = MadeQcow2.Data + 48 + 60000;
        image.Be64(MadeQcow2.Data, MadeQcow2.L2).Be32(MadeQcow2.Data + 8, 1).Be16(MadeQcow2.Data + 12, 1).Be16(MadeQcow2.Data + 14, 60007).Put(MadeQcow2.Data + 40, "1first"u8);
        image.Be64(second, MadeQcow2.L2).Be32(second + 8, 1).Be16(second + 12, 1).Be16(second + 14, 6).Put(second + 40, "2second"u8);
        IReadOnlyList<ImageUtils.Formats.ImageSnapshot> snapshots = Verdict.Of(image).Facts.Snapshots;
        Assert.Equal(["1", "2"], snapshots.Select(snapshot => snapshot.Id));
        Assert.Equal("second", snapshots[1].Name);
        Verdict.Fails(image[..(second + 45)], CheckNames.Tables, "cut off by the end of the file");
    }

    [Fact]
    public void Bitmaps_are_listed_and_their_directory_must_lie_in_the_file()
    {
        byte[] extension = new byte[24].Be32(0, 1).Be64(8, 32).Be64(16, MadeQcow2.Data);
        byte[] image = MadeQcow2.WithExtension(0x23852875, extension).Be64(88, 1).Be64(MadeQcow2.L2, 0);
        image.Be32(MadeQcow2.Data + 12, 2).Put(MadeQcow2.Data + 17, [16]).Be16(MadeQcow2.Data + 18, 2).Put(MadeQcow2.Data + 24, "b0"u8);
        var bitmaps = Assert.IsType<List<Dictionary<string, object?>>>(Verdict.Of(image).Facts.FormatSpecific["bitmaps"]);
        Assert.Equal("b0", bitmaps[0]["name"]);
        Assert.Equal(65536L, bitmaps[0]["granularity"]);
        Assert.Equal(["auto"], Assert.IsType<List<string>>(bitmaps[0]["flags"]));
        Verdict.Fails(image.Be64(128, 1UL << 40), CheckNames.Tables, "directory of bitmaps");
    }

    [Fact]
    public void Full_depth_finds_what_lies_behind_the_bound_of_metadata_depth()
    {
        // Six L2 tables of 64 KiB; metadata depth reads four. The last entry of the last one points outside.
        byte[] image = new byte[12 * MadeQcow2.Cluster];
        image.Put(0, MadeQcow2.Version3()).Be64(24, 6UL * 8192 * MadeQcow2.Cluster).Be32(36, 6);
        for (int table = 0; table < 6; table++)
        {
            image.Be64(MadeQcow2.L1 + (table * 8), (ulong)(table + 6) * MadeQcow2.Cluster);
        }

        image.Be64(image.Length - 8, 1UL << 40);
        using var reader = new ImageUtils.Storage.MemoryImageReader(image);
        Assert.True(new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken).IsAcceptable);
        Assert.InRange(reader.BytesRead, 1, 1 << 20);
        Verdict.Fails(image, CheckNames.Tables, "behind the end", Full);
    }
}
