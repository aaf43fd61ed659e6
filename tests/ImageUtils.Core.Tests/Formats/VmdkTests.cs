using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class VmdkTests
{
    private static string Changed(string old, string replacement) => MadeVmdk.Descriptor.Replace(old, replacement, StringComparison.Ordinal);

    [Fact]
    public void A_sparse_disk_passes_and_its_facts_are_qemus()
    {
        Verdict.Passes(MadeVmdk.Sparse(), "vmdk");
        ImageUtils.Formats.ImageFacts facts = Verdict.Of(MadeVmdk.Sparse()).Facts;
        Assert.Equal(1 << 20, facts.VirtualSize);
        Assert.Equal(65536, facts.ClusterSize);
        Assert.Equal("monolithicSparse", facts.CreateType);
        Assert.Equal(0xfffffffeL, facts.FormatSpecific["cid"]);
        Assert.Equal(0xffffffffL, facts.FormatSpecific["parent-cid"]);
        Assert.Equal("monolithicSparse", facts.FormatSpecific["create-type"]);
    }

    [Fact]
    public void A_stream_optimized_disk_with_its_footer_passes() => Verdict.Passes(MadeVmdk.StreamOptimized(), "vmdk");

    [Theory]
    [InlineData("monolithicFlat")]
    [InlineData("MONOLITHICSPARSE")]
    [InlineData("custom")]
    public void A_create_type_that_is_not_allowed_is_refused(string type) => Verdict.Fails(MadeVmdk.Sparse(Changed("monolithicSparse", type)), CheckNames.CreateType, type);

    [Fact]
    public void An_empty_list_allows_no_create_type() =>
        Verdict.Fails(MadeVmdk.Sparse(), CheckNames.CreateType, "No VMDK createType is allowed", new InspectionRequest { AllowedVmdkTypes = [] });

    [Fact]
    public void The_list_of_create_types_is_obeyed() =>
        Assert.True(Verdict.Of(MadeVmdk.Sparse(Changed("monolithicSparse", "custom")), new InspectionRequest { AllowedVmdkTypes = ["custom", "word"] }).IsAcceptable);

    [Fact]
    public void A_missing_create_type_is_refused() => Verdict.Fails(MadeVmdk.Sparse(Changed("createType=\"monolithicSparse\"\n", string.Empty)), CheckNames.CreateType, "Unable to determine");

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("..\\\\secret.vmdk")]
    [InlineData("C:secret.vmdk")]
    [InlineData("json:{}")]
    public void An_extent_that_names_a_path_is_refused(string name) => Verdict.Fails(MadeVmdk.Sparse(Changed("v.vmdk", name)), CheckNames.Extents, "names a path");

    [Fact]
    public void A_flat_extent_in_a_sparse_file_is_refused() => Verdict.Fails(MadeVmdk.Sparse(Changed("SPARSE", "FLAT")), CheckNames.Extents, "calls it FLAT");

    [Fact]
    public void A_second_extent_is_refused() => Verdict.Fails(MadeVmdk.Sparse(Changed("RW 2048 SPARSE \"v.vmdk\"\n", "RW 2048 SPARSE \"v.vmdk\"\nRW 2048 SPARSE \"w.vmdk\"\n")), CheckNames.Extents, "has 2");

    [Fact]
    public void No_extent_is_refused() => Verdict.Fails(MadeVmdk.Sparse(Changed("RW 2048 SPARSE \"v.vmdk\"\n", string.Empty)), CheckNames.Extents, "no extent");

    [Fact]
    public void A_file_of_changed_blocks_is_refused() => Verdict.Fails(MadeVmdk.Sparse(MadeVmdk.Descriptor + "changeTrackPath=\"v-ctk.vmdk\"\n"), CheckNames.Extents, "changed blocks");

    [Fact]
    public void A_text_descriptor_that_names_another_file_is_refused_even_where_its_type_is_allowed()
    {
        byte[] image = MadeVmdk.Text(Changed("monolithicSparse", "monolithicFlat").Replace("SPARSE \"v.vmdk\"", "FLAT \"v-flat.vmdk\" 0", StringComparison.Ordinal));
        Verdict.Fails(image, CheckNames.Extents, "names another file", new InspectionRequest { AllowedVmdkTypes = ["monolithicFlat"] });
        Assert.Equal(1 << 20, Verdict.Of(image).Facts.VirtualSize);
    }

    [Fact]
    public void A_descriptor_padded_with_zero_bytes_or_behind_a_comment_is_no_raw_disk()
    {
        byte[] padded = new byte[2048];
        padded.Put(0, MadeVmdk.Text(Changed("monolithicSparse", "vmfs")));
        Assert.Equal("vmdk", Verdict.Of(padded).Facts.Format.Name);
        Assert.Equal("vmdk", Verdict.Of(MadeVmdk.Text("# a comment\n\n  version=1\n")).Facts.Format.Name);
        Assert.Equal("raw", Verdict.Of(MadeVmdk.Text("notes about createType=\"vmfs\"\nversion=1\n")).Facts.Format.Name);
    }

    [Theory]
    [InlineData("what is this")]
    [InlineData("RW many SPARSE \"x\"")]
    public void A_line_that_is_not_understood_is_refused(string line) => Verdict.Fails(MadeVmdk.Sparse(MadeVmdk.Descriptor + line + "\n"), CheckNames.Descriptor, "not understood");

    [Fact]
    public void A_value_that_stands_there_twice_is_refused() => Verdict.Fails(MadeVmdk.Sparse(MadeVmdk.Descriptor + "createType=\"monolithicFlat\"\n"), CheckNames.Descriptor, "twice");

    [Fact]
    public void A_descriptor_that_is_not_ASCII_is_refused() => Verdict.Fails(MadeVmdk.Sparse(MadeVmdk.Descriptor + "# ü\n"), CheckNames.Descriptor, "ASCII");

    [Fact]
    public void A_stray_newline_behind_the_end_passes_and_more_text_does_not()
    {
        Verdict.Passes(MadeVmdk.Sparse(MadeVmdk.Descriptor + "\0\n"), "vmdk");
        Verdict.Fails(MadeVmdk.Sparse(MadeVmdk.Descriptor + "\0RW 8 FLAT \"/etc/passwd\" 0\n"), CheckNames.Descriptor, "behind the end");
    }

    [Fact]
    public void A_descriptor_at_another_place_is_refused()
    {
        byte[] image = MadeVmdk.Sparse().Le64(28, 2);
        image.AsSpan(512, 512).CopyTo(image.AsSpan(1024));
        Verdict.Fails(image, CheckNames.Descriptor, "sector 2");
    }

    [Fact]
    public void A_descriptor_too_long_to_be_read_is_refused()
    {
        byte[] text = new byte[600_000];
        text.Fill(0, text.Length, (byte)'#').Put(0, "# Disk DescriptorFile\n"u8);
        Assert.Contains("longer than", Verdict.Check(Verdict.Of(text), CheckNames.Descriptor).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parent_is_refused_by_its_hint_and_by_its_id()
    {
        Verdict.Fails(MadeVmdk.Sparse(MadeVmdk.Descriptor + "parentFileNameHint=\"base.vmdk\"\n"), CheckNames.Parent, "base.vmdk");
        Verdict.Fails(MadeVmdk.Sparse(Changed("parentCID=ffffffff", "parentCID=12345678")), CheckNames.Parent, "12345678");
    }

    [Theory]
    [InlineData(4, 4u, "Version 4")]
    [InlineData(20, 0u, "grain of 0")]
    [InlineData(20, 100u, "grain of 100")]
    [InlineData(44, 0u, "grain table of 0")]
    [InlineData(44, 513u, "grain table of 513")]
    [InlineData(73, 0x0a0a0a0au, "transfer as text")]
    public void A_header_out_of_its_range_is_refused(int offset, uint value, string words) =>
        Assert.Contains(words, Verdict.Check(Verdict.Of(MadeVmdk.Sparse().Le32(offset, value)), CheckNames.Header).Reason, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_compression_is_refused() => Verdict.Fails(MadeVmdk.Sparse().Le16(77, 2), CheckNames.Compression, "Compression 2");

    [Fact]
    public void Header_and_descriptor_must_agree_on_the_size()
    {
        Verdict.Fails(MadeVmdk.Sparse(Changed("2048", "9999999")), CheckNames.VirtualSize, "9999999");
        Verdict.Warns(MadeVmdk.Sparse(Changed("2048", "2047")), CheckNames.VirtualSize, "2047");
    }

    [Theory]
    [InlineData(56, 0x100000, "leaves the file")]
    [InlineData(56, 0, "overlaps the header")]
    [InlineData(MadeVmdk.Directory, 0x7fffffff, "behind the end")]
    public void A_grain_directory_that_lies_outside_is_refused(int offset, uint value, string words) => Verdict.Fails(MadeVmdk.Sparse().Le32(offset, value), CheckNames.Tables, words);

    [Fact]
    public void A_capacity_that_needs_a_directory_beyond_reason_is_refused() =>
        Assert.Contains("grain tables", Verdict.Check(Verdict.Of(MadeVmdk.Sparse().Le64(12, 1UL << 50)), CheckNames.Tables).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData(4, 1u, "version")]
    [InlineData(12, 4096u, "capacity")]
    [InlineData(20, 64u, "grain size")]
    [InlineData(28, 9u, "descriptor's place")]
    [InlineData(36, 9u, "descriptor's size")]
    [InlineData(44, 256u, "grain table's size")]
    public void A_footer_that_differs_from_the_header_is_refused(int offset, uint value, string words)
    {
        byte[] image = MadeVmdk.StreamOptimized();
        Verdict.Fails(image.Le32(image.Length - 1024 + offset, value), CheckNames.Footer, words);
    }

    [Fact]
    public void A_footer_that_names_another_footer_or_has_wrong_markers_is_refused()
    {
        byte[] image = MadeVmdk.StreamOptimized();
        Verdict.Fails(image.Le64(image.Length - 1024 + 56, ulong.MaxValue), CheckNames.Footer, "another footer");
        image = MadeVmdk.StreamOptimized();
        Verdict.Fails(image.Le32(image.Length - 1536 + 12, 2), CheckNames.Footer, "markers");
        image = MadeVmdk.StreamOptimized();
        Verdict.Fails(image.Le32(image.Length - 4, 1), CheckNames.Footer, "markers");
    }

    [Fact]
    public void A_missing_footer_is_refused()
    {
        byte[] image = MadeVmdk.StreamOptimized();
        Assert.Contains("there is none", Verdict.Check(Verdict.Of(image.Fill(image.Length - 1024, 512, 0)), CheckNames.Footer).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unclean_shutdown_is_a_warning() => Verdict.Warns(MadeVmdk.Sparse().Put(72, [1]), CheckNames.Dirty, "not closed cleanly");

    [Fact]
    public void Extents_of_ESX_are_named_and_refused()
    {
        Assert.Equal("vmdk", Verdict.Of(new byte[4096].Put(0, "COWD"u8).Le32(4, 1)).Facts.Format.Name);
        Assert.Contains("seSparse", Verdict.Check(Verdict.Of(new byte[4096].Le64(0, 0xCAFEBABE)), CheckNames.Header).Reason, StringComparison.Ordinal);
    }
}
