using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class VhdTests
{
    [Fact]
    public void A_dynamic_disk_passes_with_the_size_of_its_footer()
    {
        Verdict.Passes(MadeVhd.Dynamic(), "vhd");
        ImageUtils.Formats.ImageFacts facts = Verdict.Of(MadeVhd.Dynamic()).Facts;
        Assert.Equal(MadeVhd.DynamicSize, facts.VirtualSize);
        Assert.Equal("footer", facts.SizeSource);
        Assert.Equal(MadeVhd.BlockSize, facts.ClusterSize);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fixed_disk_is_known_by_its_last_bytes_with_512_and_with_511(bool isOld)
    {
        Verdict.Passes(MadeVhd.Fixed(isOld: isOld), "vhd");
        Assert.Equal(MadeVhd.FixedSize, Verdict.Of(MadeVhd.Fixed(isOld: isOld)).Facts.VirtualSize);
    }

    [Fact]
    public void A_fixed_disk_with_a_partition_table_of_its_guest_passes() =>
        Verdict.Passes(MadeVhd.Fixed().Put(0, MadeDisks.Mbr().AsSpan(0, 512)), "vhd");

    [Fact]
    public void A_differencing_disk_is_refused_and_names_its_parent()
    {
        byte[] image = MadeVhd.Dynamic(footer => footer.Be32(60, 4), header => header.Put(64, System.Text.Encoding.BigEndianUnicode.GetBytes("base.vhd")));
        Verdict.Fails(image, CheckNames.Parent, "base.vhd");
        Assert.Equal("base.vhd", Verdict.Of(image).Facts.BackingFile);
    }

    [Fact]
    public void A_parent_id_in_a_dynamic_disk_is_a_warning() => Verdict.Warns(MadeVhd.Dynamic(null, header => header.Be32(40, 1)), CheckNames.Parent, "names a parent");

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void An_unknown_type_is_refused(uint type) => Verdict.Fails(MadeVhd.Dynamic(footer => footer.Be32(60, type)), CheckNames.Header, "Disk type");

    [Fact]
    public void An_unknown_version_is_refused() => Verdict.Fails(MadeVhd.Dynamic(footer => footer.Be32(12, 0x00020000)), CheckNames.Header, "Version");

    [Fact]
    public void A_disk_that_an_interrupted_resize_disabled_is_no_raw_disk() =>
        Verdict.Fails(MadeVhd.Dynamic(footer => footer.Put(0, "v_poison"u8)), CheckNames.Header, "interrupted");

    [Fact]
    public void Two_wrong_checksums_are_refused()
    {
        byte[] image = MadeVhd.Dynamic();
        image[64] ^= 1;
        image[^448] ^= 1;
        Verdict.Fails(image, CheckNames.Checksum, "footer's checksum");
    }

    [Fact]
    public void One_damaged_footer_is_a_warning_and_the_other_one_counts()
    {
        byte[] image = MadeVhd.Dynamic();
        image[^448] ^= 1;
        Verdict.Warns(image, CheckNames.Footer, "its copy was taken");
        image = MadeVhd.Dynamic();
        image[64] ^= 1;
        Verdict.Warns(image, CheckNames.Footer, "at the beginning is damaged");
    }

    [Fact]
    public void A_missing_end_footer_is_a_warning() => Verdict.Warns(MadeVhd.Dynamic()[..^512], CheckNames.Footer, "at the end is missing");

    [Fact]
    public void Footers_that_differ_are_refused_with_both_values()
    {
        byte[] image = MadeVhd.Dynamic(changeEndOnly: footer => footer.Be64(48, MadeVhd.DynamicSize - MadeVhd.BlockSize).Be16(56, 64));
        ImageCheck check = Verdict.Fails(image, CheckNames.Footer, "4194304");
        Assert.Contains("2097152", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fixed_disk_without_its_footer_at_the_end_is_refused()
    {
        byte[] image = MadeVhd.Fixed();
        byte[] moved = new byte[image.Length];
        moved.Put(0, image.AsSpan(MadeVhd.FixedSize));
        Assert.Equal(CheckOutcome.Failed, Verdict.Check(Verdict.Of(moved), CheckNames.Footer).Outcome);
    }

    [Fact]
    public void A_fixed_disk_larger_than_its_file_is_refused_and_a_smaller_one_is_a_warning()
    {
        Verdict.Fails(MadeVhd.Fixed(footer => footer.Be64(48, MadeVhd.FixedSize + 512)), CheckNames.VirtualSize, "only");
        Verdict.Warns(MadeVhd.Fixed(footer => footer.Be64(48, MadeVhd.FixedSize - 512)), CheckNames.VirtualSize, "no part of the disk");
    }

    [Fact]
    public void A_geometry_that_is_smaller_is_a_warning_with_both_values() =>
        Verdict.Warns(MadeVhd.Dynamic(footer => footer.Be16(56, 100)), CheckNames.VirtualSize, "its geometry 3276800 bytes");

    [Fact]
    public void A_geometry_far_larger_is_refused_unless_its_maker_is_known_for_it()
    {
        static void Largest(byte[] footer) => footer.Be32(56, 0xFFFF10FF);
        Verdict.Fails(MadeVhd.Dynamic(Largest, creator: "hstl"), CheckNames.VirtualSize, "136899993600");
        Verdict.Passes(MadeVhd.Dynamic(Largest, creator: "qem2"), "vhd");
        Verdict.Passes(MadeVhd.Dynamic(Largest, creator: "win "), "vhd");
    }

    [Fact]
    public void A_disk_larger_than_a_VHD_can_be_is_refused() =>
        Assert.Contains("at most", Verdict.Check(Verdict.Of(MadeVhd.Dynamic(footer => footer.Be64(48, 1UL << 42))), CheckNames.VirtualSize).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_table_too_small_for_the_disk_is_refused() => Verdict.Fails(MadeVhd.Dynamic(null, header => header.Be32(28, 1)), CheckNames.VirtualSize, "needs 2 blocks");

    [Theory]
    [InlineData(0u)]
    [InlineData(3u << 20)]
    public void A_block_size_out_of_range_is_refused(uint size) => Verdict.Fails(MadeVhd.Dynamic(null, header => header.Be32(32, size)), CheckNames.Header, "block of");

    [Fact]
    public void A_header_that_is_none_is_refused() => Verdict.Fails(MadeVhd.Dynamic(footer => footer.Be64(16, 0)), CheckNames.Header, "no header");

    [Fact]
    public void A_wrong_checksum_of_the_header_is_refused()
    {
        byte[] image = MadeVhd.Dynamic();
        image[MadeVhd.Header + 39] ^= 1;
        Verdict.Fails(image, CheckNames.Checksum, "header's checksum");
    }

    [Theory]
    [InlineData(1UL << 62, "leaves the file")]
    [InlineData(512UL, "overlaps the header")]
    public void A_table_that_lies_where_it_must_not_is_refused(ulong offset, string words) => Verdict.Fails(MadeVhd.Dynamic(null, header => header.Be64(16, offset)), CheckNames.Tables, words);

    [Theory]
    [InlineData(0, 0x7fffffffu, "behind the end")]
    [InlineData(0, 1u, "which is the header")]
    [InlineData(4, MadeVhd.Block / 512, "overlaps another block")]
    [InlineData(4, (MadeVhd.Block / 512) + 1, "which is the footer")]
    public void A_block_that_lies_where_it_must_not_is_refused(int entry, uint sector, string words) =>
        Verdict.Fails(MadeVhd.Dynamic().Be32(MadeVhd.Table + entry, sector), CheckNames.Tables, words);

    [Fact]
    public void More_blocks_than_the_file_has_room_for_are_refused() =>
        Verdict.Fails(MadeVhd.Dynamic(null, header => header.Be32(28, 3)).Be32(MadeVhd.Table + 4, MadeVhd.Block / 512).Be32(MadeVhd.Table + 8, MadeVhd.Block / 512), CheckNames.Tables, "overlaps another block");

    [Fact]
    public void Blocks_that_overlap_are_refused()
    {
        // Room for three blocks, two of which share a sector.
        byte[] image = MadeVhd.Dynamic();
        byte[] larger = new byte[image.Length + (3 * MadeVhd.BlockSize)];
        larger.Put(0, image.AsSpan(0, image.Length - 512)).Put(larger.Length - 512, image.AsSpan(image.Length - 512));
        Verdict.Fails(larger.Be32(MadeVhd.Table + 4, (MadeVhd.Block / 512) + 4096), CheckNames.Tables, "overlaps another block");
    }

    [Fact]
    public void A_suspended_machine_is_a_warning() => Verdict.Warns(MadeVhd.Dynamic(footer => footer.Put(84, [1])), CheckNames.Dirty, "suspended");
}
