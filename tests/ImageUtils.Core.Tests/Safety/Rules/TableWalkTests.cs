using System.Text;
using ImageUtils.Core.Tests.Fuzzing;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Safety.Rules;

/// <summary>Tables below the top ones: what full depth finds, and where it says it is.</summary>
public class TableWalkTests
{
    private static readonly InspectionRequest Full = new() { Depth = InspectionDepth.Full };

    private static void FailsAt(byte[] image, long place, string words)
    {
        ImageInspection inspection = Verdict.OfFull(image);
        ImageCheck check = Verdict.Check(inspection, CheckNames.Tables);
        Assert.Equal(CheckOutcome.Failed, check.Outcome);
        Assert.Contains(words, check.Reason, StringComparison.Ordinal);
        Assert.Equal(place, check.Offset);
        Assert.NotNull(check.Reference);
    }

    [Fact]
    public void A_directory_of_very_many_tables_is_read_in_pieces_and_so_is_its_copy()
    {
        const int Tables = 300_000;
        const int Bytes = 4 * Tables / 512 * 512 + 512;
        byte[] image = MadeVmdk.WithGrains();
        int directory = image.Length;
        Array.Resize(ref image, directory + (2 * Bytes));
        image.Le64(12, Tables * 512UL * 128).Le64(56, (ulong)directory / 512).Le64(48, (ulong)(directory + Bytes) / 512);
        image.Le32(directory, MadeVmdk.Table / 512).Le32(directory + Bytes, MadeVmdk.RedundantTable / 512);
        image.Put(MadeVmdk.DescriptorOffset, Encoding.ASCII.GetBytes(MadeVmdk.Descriptor.Replace("RW 2048", FormattableString.Invariant($"RW {Tables * 512L * 128}"), StringComparison.Ordinal)));
        using var reader = new MutatedImageReader(new MutatedImage(image, image.Length, []), remembersReads: true);
        Assert.Empty(Verdict.Failed(new ImageInspector().Inspect(reader, new InspectionRequest { Depth = InspectionDepth.Full }, TestContext.Current.CancellationToken)));
        Assert.InRange(reader.Places.Count, 1, 200);
    }

    [Fact]
    public void Grain_tables_and_their_copies_pass_where_they_are_sound() => Verdict.Passes(MadeVmdk.WithGrains(), "vmdk");

    [Theory]
    [InlineData(MadeVmdk.Directory, MadeVmdk.Directory / 512, "the grain directory")]
    [InlineData(MadeVmdk.Directory, 1, "the descriptor")]
    [InlineData(MadeVmdk.Directory, 1 << 20, "behind the end of the file")]
    [InlineData(MadeVmdk.Table, 1 << 20, "behind the end of the file")]
    [InlineData(MadeVmdk.Table, MadeVmdk.Table / 512, "overlaps another block or table")]
    [InlineData(MadeVmdk.Table, MadeVmdk.Directory / 512, "the grain directory")]
    [InlineData(MadeVmdk.Table + 4, (MadeVmdk.Grain / 512) + 1, "overlaps another block or table")]
    [InlineData(MadeVmdk.RedundantDirectory, MadeVmdk.Table / 512, null)]
    [InlineData(MadeVmdk.RedundantDirectory, MadeVmdk.Grain / 512, "overlaps another block or table")]
    public void A_grain_table_that_points_where_it_must_not_is_refused(int place, uint sector, string? words)
    {
        byte[] image = MadeVmdk.WithGrains().Le32(place, sector);
        if (words is null)
        {
            Verdict.Passes(image, "vmdk");
        }
        else
        {
            FailsAt(image, place, words);
        }
    }

    [Fact]
    public void A_copy_of_a_grain_table_that_differs_is_a_warning()
    {
        ImageInspection inspection = Verdict.OfFull(MadeVmdk.WithGrains().Le32(MadeVmdk.RedundantTable + 8, 7));
        ImageCheck check = Verdict.Check(inspection, CheckNames.Tables);
        Assert.Equal((CheckOutcome.Warning, MadeVmdk.RedundantTable + 8L), (check.Outcome, check.Offset));
    }

    [Fact]
    public void A_grain_of_zeros_needs_the_flag_for_it()
    {
        byte[] image = MadeVmdk.WithGrains().Le32(MadeVmdk.Table + 4, 1).Le32(MadeVmdk.RedundantTable + 4, 1);
        FailsAt(image, MadeVmdk.Table + 4, "is said to be at 0x200");
        Verdict.Passes(image.Le32(8, 7), "vmdk");
    }

    [Fact]
    public void A_compressed_grain_passes_where_its_marker_is_right() => Verdict.Passes(MadeVmdk.Compressed(), "vmdk");

    [Fact]
    public void A_compressed_grain_that_holds_another_place_is_refused() => FailsAt(MadeVmdk.Compressed().Le64(MadeVmdk.Grain, 128), MadeVmdk.Grain, "says that it holds sector 128");

    [Theory]
    [InlineData(0u, MadeVmdk.Grain + 8, "claims 0 bytes")]
    [InlineData(200_000u, MadeVmdk.Grain + 8, "claims 200000 bytes")]
    [InlineData(131_000u, MadeVmdk.Table, "behind the end")]
    public void A_compressed_grain_of_an_impossible_size_is_refused(uint size, int place, string words) => FailsAt(MadeVmdk.Compressed().Le32(MadeVmdk.Grain + 8, size), place, words);

    [Fact]
    public void The_tables_of_qed_pass_where_they_are_sound()
    {
        ImageInspection inspection = Verdict.OfFull(MadeDisks.QedWithData());
        Assert.Equal([CheckNames.Banned], Verdict.Failed(inspection));
        Assert.Equal(CheckOutcome.Passed, Verdict.Check(inspection, CheckNames.Tables).Outcome);
    }

    [Theory]
    [InlineData(65536, 65536, "the L1 table")]
    [InlineData(65536, 0x30001, "no cluster's beginning")]
    [InlineData(65536, 1 << 30, "behind the end of the file")]
    [InlineData(65536 + 8, 3 * 65536, "overlaps another")]
    [InlineData(3 * 65536, 3 * 65536, "overlaps another")]
    [InlineData(3 * 65536, 0, null)]
    [InlineData(3 * 65536, 1, null)]
    [InlineData((3 * 65536) + 8, 5 * 65536, "overlaps another")]
    [InlineData((3 * 65536) + 8, 512, "no cluster's beginning")]
    public void A_table_of_qed_that_points_where_it_must_not_is_refused(int place, ulong value, string? words)
    {
        byte[] image = MadeDisks.QedWithData().Le64(place, value);
        if (words is null)
        {
            Assert.Equal([CheckNames.Banned], Verdict.Failed(Verdict.OfFull(image)));
        }
        else
        {
            FailsAt(image, place, words);
        }
    }

    [Fact]
    public void The_tables_of_qcow_pass_where_they_are_sound() => Verdict.Passes(MadeDisks.QcowWithData(), "qcow");

    [Theory]
    [InlineData(48, 0, "the header")]
    [InlineData(48, 1 << 30, "behind the end of the file")]
    [InlineData(4096, 4096, "overlaps another")]
    [InlineData(4104, 8192, "overlaps another")]
    [InlineData(4104, (1UL << 63) | (5UL << 51) | 4100, "overlaps another")]
    [InlineData(4104, (1UL << 63) | 12288, "said to be empty")]
    [InlineData(4104, (1UL << 63) | (5UL << 51) | (1 << 30), "behind the end of the file")]
    public void A_table_of_qcow_that_points_where_it_must_not_is_refused(int place, ulong value, string words)
    {
        byte[] image = MadeDisks.QcowWithData();
        if (value == 0)
        {
            // An entry of 0 is no table; the smallest one that is there lies in the header.
            value = 8;
        }

        FailsAt(image.Be64(place, value), place, words);
    }

    [Fact]
    public void Clusters_of_parallels_that_overlap_are_refused() => FailsAt(MadeDisks.Parallels().Le32(68, 1), 68, "overlaps another block");

    [Fact]
    public void A_block_that_is_there_in_part_needs_a_parent()
    {
        var made = new MadeVhdx { Blocks = [(4UL << 20) | 7] };
        FailsAt(made.Build(), MadeVhdx.Bat, "in part");
    }

    [Fact]
    public void Blocks_of_a_VHDX_overlap_by_their_whole_length()
    {
        var made = new MadeVhdx { Blocks = [(4UL << 20) | 6, (5UL << 20) | 6] };
        made.Set(MadeVhdx.FileParameters, new byte[8].Le32(0, 2 << 20));
        byte[] image = [.. made.Build(), .. new byte[2 << 20]];
        FailsAt(image, MadeVhdx.Bat + 8, "overlaps another block");
    }

    [Theory]
    [InlineData(InspectionDepth.Metadata, 1 << 20)]
    [InlineData(InspectionDepth.Full, 64 << 20)]
    public void The_work_is_bounded_by_the_file(InspectionDepth depth, long bound)
    {
        // An L1 table of 32 MiB, every entry of which names the same L2 table.
        const int Entries = 4 << 20;
        byte[] image = MadeQcow2.Version3();
        Array.Resize(ref image, (6 * MadeQcow2.Cluster) + (Entries * 8));
        image.Be32(36, Entries).Be64(40, 6 * MadeQcow2.Cluster).Be64(24, 1UL << 50);
        for (int index = 0; index < Entries; index++)
        {
            image.Be64((6 * MadeQcow2.Cluster) + (index * 8), (1UL << 63) | MadeQcow2.L2);
        }

        using var reader = new MemoryImageReader(image);
        ImageInspection inspection = new ImageInspector().Inspect(reader, Full with { Depth = depth }, TestContext.Current.CancellationToken);
        Assert.Contains("used twice", Verdict.Check(inspection, CheckNames.Tables).Reason, StringComparison.Ordinal);
        Assert.InRange(reader.BytesRead, 0, bound);
    }

    [Fact]
    public void A_walk_can_be_cancelled()
    {
        using var reader = new MemoryImageReader(MadeQcow2.Version3());
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => new ImageInspector().Inspect(reader, Full, source.Token));
    }
}
