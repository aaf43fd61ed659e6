using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class VhdxTests
{
    private static readonly Guid Log = new("11111111-2222-3333-4444-555555555555");

    private static byte[] Made(Action<MadeVhdx> change)
    {
        var made = new MadeVhdx();
        change(made);
        return made.Build();
    }

    private static byte[] Locator(string key, string value)
    {
        byte[] keyBytes = System.Text.Encoding.Unicode.GetBytes(key);
        byte[] valueBytes = System.Text.Encoding.Unicode.GetBytes(value);
        byte[] locator = new byte[32 + keyBytes.Length + valueBytes.Length];
        locator.Le16(18, 1).Le32(20, 32).Le32(24, (uint)(32 + keyBytes.Length)).Le16(28, (ushort)keyBytes.Length).Le16(30, (ushort)valueBytes.Length);
        return locator.Put(32, keyBytes).Put(32 + keyBytes.Length, valueBytes);
    }

    private static byte[] LogEntry(bool isRight)
    {
        byte[] entry = new byte[4096].Put(0, "loge"u8).Le32(8, 4096).Put(32, Log.ToByteArray());
        MadeVhdx.Seal(entry, 0, 4096);
        return isRight ? entry : entry.Le32(4, 1);
    }

    [Fact]
    public void A_dynamic_disk_passes()
    {
        Verdict.Passes(new MadeVhdx().Build(), "vhdx");
        Assert.Equal(4 << 20, Verdict.Of(new MadeVhdx().Build()).Facts.VirtualSize);
        Assert.Equal(1 << 20, Verdict.Of(new MadeVhdx().Build()).Facts.ClusterSize);
    }

    [Fact]
    public void A_differencing_disk_is_refused_and_names_its_parent()
    {
        byte[] image = Made(made => made.Set(MadeVhdx.ParentLocator, Locator("relative_path", "base.vhdx")));
        Verdict.Fails(image, CheckNames.Parent, "base.vhdx");
        Verdict.Fails(Made(made => made.Set(MadeVhdx.FileParameters, new byte[8].Le32(0, 1 << 20).Le32(4, 2))), CheckNames.Parent, "differencing");
    }

    [Fact]
    public void Two_bad_headers_are_refused_and_one_is_a_warning()
    {
        byte[] image = new MadeVhdx().Build();
        image[65536 + 100] ^= 1;
        Verdict.Warns(image, CheckNames.Checksum, "0x10000");
        image[131072 + 100] ^= 1;
        Verdict.Fails(image, CheckNames.Checksum, "Neither of the two headers");
    }

    [Fact]
    public void A_bad_region_table_is_a_warning_and_two_different_ones_are_refused()
    {
        byte[] image = new MadeVhdx().Build();
        image[196608 + 100] ^= 1;
        Verdict.Warns(image, CheckNames.Checksum, "0x30000");
        image = new MadeVhdx().Build();
        image.Le32(262144 + 44, 0);
        MadeVhdx.Seal(image, 262144, 65536);
        Verdict.Fails(image, CheckNames.Tables, "two region tables differ");
    }

    [Fact]
    public void An_unknown_version_is_refused() => Verdict.Fails(Made(made => made.Version = 2), CheckNames.Header, "Version 2");

    [Fact]
    public void An_unknown_required_region_is_refused() => Verdict.Fails(Made(made => (made.ExtraRegion, made.Blocks) = (Log, [])), CheckNames.UnknownFeatures, "region that is not known");

    [Fact]
    public void An_unknown_required_item_is_refused() => Verdict.Fails(Made(made => made.Set(Log, new byte[8])), CheckNames.UnknownFeatures, "metadata that are not known");

    [Theory]
    [InlineData((3 << 20) + 512, "whole mebibytes")]
    [InlineData(2 << 20, "overlaps")]
    [InlineData(1L << 40, "leaves the file")]
    public void A_region_that_lies_where_it_must_not_is_refused(long offset, string words) =>
        Assert.Contains(words, Verdict.Check(Verdict.Of(Made(made => made.BatOffset = (ulong)offset)), CheckNames.Tables).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_missing_size_is_refused() => Verdict.Fails(Made(made => made.Remove(MadeVhdx.DiskSize)), CheckNames.VirtualSize, "does not say");

    [Theory]
    [InlineData(0UL)]
    [InlineData(513UL)]
    [InlineData(1UL << 47)]
    public void A_size_out_of_range_is_refused(ulong size) =>
        Assert.Contains("larger than 64 TiB", Verdict.Check(Verdict.Of(Made(made => made.Set(MadeVhdx.DiskSize, new byte[8].Le64(0, size)))), CheckNames.VirtualSize).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(3 << 20)]
    [InlineData(512)]
    public void A_block_size_out_of_range_is_refused(uint size) =>
        Assert.Contains("block size", Verdict.Check(Verdict.Of(Made(made => made.Set(MadeVhdx.FileParameters, new byte[8].Le32(0, size)))), CheckNames.Header).Reason, StringComparison.Ordinal);

    [Fact]
    public void Sector_sizes_out_of_range_are_refused()
    {
        Verdict.Fails(Made(made => made.Set(MadeVhdx.LogicalSector, new byte[4])), CheckNames.Header, "logical sector");
        Verdict.Fails(Made(made => made.Set(MadeVhdx.PhysicalSector, new byte[4].Le32(0, 1024))), CheckNames.Header, "physical sector");
    }

    [Fact]
    public void A_metadata_table_that_claims_too_much_is_refused()
    {
        byte[] image = new MadeVhdx().Build();
        Verdict.Fails(image.Le16(MadeVhdx.Metadata + 10, 2047), CheckNames.Header, "lies outside of its region");
        Verdict.Fails(new MadeVhdx().Build().Fill(MadeVhdx.Metadata, 8, 0), CheckNames.Header, "no metadata table");
    }

    [Fact]
    public void A_log_to_be_replayed_is_a_warning_and_one_that_cannot_be_is_refused()
    {
        Verdict.Warns(Made(made => (made.LogId, made.LogEntry) = (Log, LogEntry(isRight: true))), CheckNames.Log, "must be replayed");
        Verdict.Fails(Made(made => made.LogId = Log), CheckNames.Log, "no valid entry");
        byte[] damaged = Made(made => (made.LogId, made.LogEntry) = (Log, LogEntry(isRight: false)));
        Verdict.Fails(damaged, CheckNames.Log, "no valid entry", new InspectionRequest { Depth = InspectionDepth.Full });
    }

    [Theory]
    [InlineData(100UL, "behind the end of the file")]
    [InlineData(0UL, "which is the header")]
    [InlineData(2UL, "which is the metadata region")]
    public void A_block_that_lies_where_it_must_not_is_refused(ulong mebibyte, string words) =>
        Verdict.Fails(Made(made => made.Blocks = [(mebibyte << 20) | 6]), CheckNames.Tables, words);

    [Fact]
    public void Two_blocks_in_one_place_are_refused() => Verdict.Fails(Made(made => made.Blocks = [(4UL << 20) | 6, (4UL << 20) | 6]), CheckNames.Tables, "overlaps another block");

    [Fact]
    public void A_disk_too_large_for_its_table_is_refused() =>
        Verdict.Fails(Made(made => made.Set(MadeVhdx.DiskSize, new byte[8].Le64(0, 1UL << 40))), CheckNames.Tables, "has room for");
}
