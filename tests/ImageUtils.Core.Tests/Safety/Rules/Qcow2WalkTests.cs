using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Safety.Rules;

/// <summary>Snapshots, bitmaps and reference counts of qcow2: what may be shared, and what may not.</summary>
public class Qcow2WalkTests
{
    private const int Cluster = MadeQcow2.Cluster;
    private const int Snapshots = 6 * Cluster;
    private const int SnapshotL1 = 7 * Cluster;
    private const int SnapshotL2 = 8 * Cluster;
    private const int SnapshotData = 9 * Cluster;
    private const int Directory = 10 * Cluster;
    private const int BitmapTable = 11 * Cluster;
    private const int BitmapData = 12 * Cluster;

    /// <summary>An image with a snapshot that shares a cluster of data, and a bitmap.</summary>
    internal static byte[] Made()
    {
        byte[] extension = new byte[24].Be32(0, 1).Be64(8, 32).Be64(16, Directory);
        byte[] image = MadeQcow2.WithExtension(0x23852875, extension).Be64(88, 1);
        Array.Resize(ref image, 13 * Cluster);
        image.Be32(60, 1).Be64(64, Snapshots);
        image.Be64(Snapshots, SnapshotL1).Be32(Snapshots + 8, 1).Be16(Snapshots + 12, 1).Be16(Snapshots + 14, 1).Be32(Snapshots + 36, 16).Put(Snapshots + 56, "1a"u8);
        image.Be64(SnapshotL1, SnapshotL2).Be64(SnapshotL2, MadeQcow2.Data).Be64(SnapshotL2 + 8, SnapshotData);
        image.Be64(Directory, BitmapTable).Be32(Directory + 8, 1).Put(Directory + 16, [1, 16]).Be16(Directory + 18, 4).Put(Directory + 24, "name"u8);
        image.Be64(BitmapTable, BitmapData);
        for (int cluster = 0; cluster < 13; cluster++)
        {
            image.Be16(MadeQcow2.RefcountBlock + (cluster * 2), 1);
        }

        return image;
    }

    [Fact]
    public void What_a_snapshot_shares_with_the_disk_passes()
    {
        Verdict.Passes(Made(), "qcow2");
        Assert.Equal(CheckOutcome.Passed, Verdict.Check(Verdict.OfFull(Made()), CheckNames.Tables).Outcome);
        Verdict.Passes(Made().Be64(SnapshotL1, MadeQcow2.L2), "qcow2");
    }

    [Theory]
    [InlineData("a snapshot's L2 table in its header", SnapshotL1, 0x200, "no cluster's beginning")]
    [InlineData("a snapshot's L2 table that is data", SnapshotL1, MadeQcow2.Data, "holds data")]
    [InlineData("a snapshot's L2 table that is its own L1 table", SnapshotL1, SnapshotL1, "another table")]
    [InlineData("a snapshot's L2 table that is the disk's L1 table", SnapshotL1, MadeQcow2.L1, "the L1 table")]
    [InlineData("a snapshot's L2 table behind the end", SnapshotL1, 1 << 30, "behind the end of the file")]
    [InlineData("a snapshot's data that are a table", SnapshotL2 + 8, MadeQcow2.L2, "holds an L2 table")]
    [InlineData("a snapshot's data behind the end", SnapshotL2 + 8, 1 << 30, "behind the end of the file")]
    [InlineData("a bitmap's table that is data", Directory, MadeQcow2.Data, "holds data")]
    [InlineData("a bitmap's table behind the end", Directory, 1 << 30, "behind the end of the file")]
    [InlineData("a bitmap's table that is its directory", Directory, Directory, "the directory of bitmaps")]
    [InlineData("a bitmap's data that are a table", BitmapTable, SnapshotL2, "holds an L2 table")]
    [InlineData("a bitmap's data that are its table", BitmapTable, BitmapTable, "holds another table")]
    public void A_table_that_points_where_it_must_not_is_refused_at_its_entry(string what, int place, ulong value, string words)
    {
        ImageInspection inspection = Verdict.OfFull(Made().Be64(place, value));
        Assert.Equal([CheckNames.Tables], Verdict.Failed(inspection));
        ImageCheck check = Verdict.Check(inspection, CheckNames.Tables);
        Assert.Contains(words, check.Reason, StringComparison.Ordinal);
        Assert.True(place == check.Offset, $"{what}: {check.Offset}");
        Assert.NotNull(check.Evidence);
        Assert.Empty(Verdict.Failed(Verdict.Of(Made().Be64(place, value))));
    }

    [Theory]
    [InlineData(MadeQcow2.L1, "the L1 table")]
    [InlineData(MadeQcow2.L2, "holds an L2 table")]
    [InlineData(Snapshots, "the snapshot table")]
    [InlineData(MadeQcow2.RefcountBlock, "holds another table")]
    public void An_L1_table_of_a_snapshot_that_lies_on_another_table_is_refused(int place, string words)
    {
        ImageInspection inspection = Verdict.OfFull(Made().Be64(Snapshots, (ulong)place));
        ImageCheck check = Verdict.Check(inspection, CheckNames.Tables);
        Assert.Equal((CheckOutcome.Failed, (long?)Snapshots), (check.Outcome, check.Offset));
        Assert.Contains(words, check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_count_table_on_the_L1_table_is_refused_at_either_depth() =>
        Verdict.Fails(MadeQcow2.Version3().Be64(48, MadeQcow2.L1), CheckNames.Tables, "overlaps the L1 table");

    [Fact]
    public void Two_L1_entries_of_one_table_are_refused()
    {
        byte[] image = MadeQcow2.Version3().Be32(36, 2).Be64(MadeQcow2.L1 + 8, (1UL << 63) | MadeQcow2.L2);
        ImageCheck check = Verdict.Fails(image, CheckNames.Tables, "used twice");
        Assert.Equal(MadeQcow2.L1 + 8, check.Offset);
    }

    [Fact]
    public void Compressed_clusters_share_a_cluster_with_each_other_and_with_nothing_else()
    {
        const ulong Compressed = 1UL << 62;
        byte[] image = Made().Be64(MadeQcow2.L2 + 16, Compressed | SnapshotData).Be64(MadeQcow2.L2 + 24, Compressed | (SnapshotData + 700)).Be64(SnapshotL2 + 8, 0);
        Verdict.Passes(image, "qcow2");
        ImageCheck check = Verdict.Check(Verdict.OfFull(image.Be64(MadeQcow2.L2 + 32, SnapshotData)), CheckNames.Tables);
        Assert.Contains("holds compressed data", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_used_cluster_that_is_counted_as_free_is_a_warning()
    {
        ImageInspection inspection = Verdict.OfFull(Made().Be16(MadeQcow2.RefcountBlock + (9 * 2), 0));
        ImageCheck check = Verdict.Check(inspection, CheckNames.Tables);
        Assert.Equal((CheckOutcome.Warning, MadeQcow2.RefcountBlock + 18L), (check.Outcome, check.Offset));
        Assert.Contains("0x90000", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_subcluster_cannot_be_there_and_be_zero()
    {
        byte[] image = MadeQcow2.Version3().Be64(72, 16).Be64(MadeQcow2.L2 + 8, 0x0000_0001_0000_0001);
        ImageCheck check = Verdict.Fails(image, CheckNames.Tables, "read as zeros");
        Assert.Equal(MadeQcow2.L2 + 8, check.Offset);
        Verdict.Passes(image.Be64(MadeQcow2.L2 + 8, 0x0000_0002_0000_0001), "qcow2");
    }

    [Fact]
    public void An_entry_of_the_directory_of_bitmaps_stays_in_it()
    {
        ImageCheck check = Verdict.Check(Verdict.OfFull(Made().Be16(Directory + 18, 500)), CheckNames.Tables);
        Assert.Equal((CheckOutcome.Failed, (long?)Directory), (check.Outcome, check.Offset));
    }

    [Fact]
    public void The_LUKS_header_is_a_table_too()
    {
        byte[] image = MadeQcow2.WithExtension(0x0537BE77, new byte[16].Be64(0, MadeQcow2.Data).Be64(8, 1024)).Be32(32, 2);
        Assert.Contains("the LUKS header", Verdict.Check(Verdict.Of(image), CheckNames.Tables).Reason, StringComparison.Ordinal);
    }
}
