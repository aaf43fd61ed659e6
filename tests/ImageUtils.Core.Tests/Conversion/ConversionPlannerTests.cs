using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Formats;

namespace ImageUtils.Core.Tests.Conversion;

public sealed class ConversionPlannerTests
{
    private const long MiB = 1 << 20;

    private static readonly ConversionRequest ToRaw = new() { SourcePath = "/a", DestinationPath = "/b", OutputFormat = DiskFormat.Raw };

    [Theory]
    [InlineData("raw", "raw", "Auto", "Managed")]
    [InlineData("gpt", "raw", "Auto", "Managed")]
    [InlineData("iso", "raw", "Auto", "Managed")]
    [InlineData("raw", "iso", "Auto", "Managed")]
    [InlineData("raw", "raw", "QemuImg", "QemuImg")]
    [InlineData("raw", "raw", "Managed", "Managed")]
    [InlineData("qcow2", "raw", "Auto", "QemuImg")]
    [InlineData("raw", "qcow2", "Auto", "QemuImg")]
    [InlineData("vmdk", "vhdx", "QemuImg", "QemuImg")]
    public void Ours_does_what_it_can_and_qemu_img_the_rest(string source, string output, string wanted, string engine)
    {
        ConversionPlan plan = Plan(ToRaw with { OutputFormat = DiskFormat.Parse(output), Engine = Enum.Parse<ConversionEngineChoice>(wanted) }, DiskFormat.Parse(source));
        Assert.Equal(engine, plan.Engine.ToString());
        Assert.Equal(plan.NeedsQemuImg, plan.EngineName == "qemu-img");
    }

    [Theory]
    [InlineData("qcow2", "raw")]
    [InlineData("raw", "qcow2")]
    public void Ours_is_not_asked_for_what_it_cannot_do(string source, string output) =>
        Assert.Throws<NotSupportedOperationException>(
            () => Plan(ToRaw with { OutputFormat = DiskFormat.Parse(output), Engine = ConversionEngineChoice.Managed }, DiskFormat.Parse(source)));

    [Fact]
    public void A_fixed_vhd_is_copied_and_a_dynamic_one_needs_qemu_img()
    {
        var facts = new ImageFacts { Format = DiskFormat.Vhd, VirtualSize = MiB, SizeSource = "footer" };
        ConversionPlan fixedPlan = ConversionPlanner.Plan(ToRaw, new SourceFile(facts, MiB + 511, MiB));
        Assert.False(fixedPlan.NeedsQemuImg);
        Assert.Equal((MiB, MiB), (fixedPlan.ContentLength, fixedPlan.VirtualSize));
        Assert.True(ConversionPlanner.Plan(ToRaw, new SourceFile(facts with { ClusterSize = 2 * MiB }, 5000, 5000)).NeedsQemuImg);
    }

    [Fact]
    public void A_fixed_vhd_whose_end_is_missing_is_refused() =>
        Assert.Throws<ConversionFailedException>(
            () => ConversionPlanner.Plan(ToRaw, new SourceFile(new ImageFacts { Format = DiskFormat.Vhd, VirtualSize = MiB }, MiB + 510, MiB)));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 512)]
    [InlineData(512, 512)]
    [InlineData(952_220, 952_320)]
    public void A_raw_disk_is_the_whole_file_in_whole_sectors_whatever_its_tables_say(long length, long virtualSize)
    {
        var facts = new ImageFacts { Format = DiskFormat.Iso, VirtualSize = 7 };
        ConversionPlan plan = ConversionPlanner.Plan(ToRaw, new SourceFile(facts, length, length));
        Assert.Equal(virtualSize, plan.VirtualSize);
        Assert.Equal(length, plan.ContentLength);
    }

    [Theory]
    [InlineData("gzip", "raw", null)]
    [InlineData("raw", "qcow", null)]
    [InlineData("raw", "luks", "fixed")]
    [InlineData("raw", "raw", "fixed")]
    [InlineData("raw", "vmdk", "monolithicFlat")]
    [InlineData("raw", "vmdk", "twoGbMaxExtentSparse")]
    [InlineData("raw", "vhd", "dynamic,force_size=off")]
    public void What_nobody_can_do_is_refused(string source, string output, string? subformat)
    {
        ConversionRequest request = ToRaw with { OutputFormat = DiskFormat.Parse(output), OutputSubformat = subformat };
        Assert.Throws<NotSupportedOperationException>(() => Plan(request, DiskFormat.Parse(source)));
        Assert.Throws<NotSupportedOperationException>(() => ConversionPlanner.NeedsQemuImg(DiskFormat.Parse(source), request));
    }

    [Theory]
    [InlineData("vhd", "FIXED", "fixed")]
    [InlineData("vmdk", "streamoptimized", "streamOptimized")]
    [InlineData("qcow2", "", null)]
    public void A_subformat_gets_the_spelling_of_qemu_img(string output, string given, string? expected) =>
        Assert.Equal(expected, Plan(ToRaw with { OutputFormat = DiskFormat.Parse(output), OutputSubformat = given }, DiskFormat.Raw).OutputSubformat);

    [Theory]
    [InlineData("raw", "raw", false, false, 3 * MiB)]
    [InlineData("raw", "raw", true, false, 10 * MiB)]
    [InlineData("raw", "qcow2", false, false, 3 * MiB)]
    [InlineData("raw", "qcow2", false, true, 0)]
    [InlineData("qcow2", "raw", false, false, 0)]
    [InlineData("qcow2", "raw", true, false, 10 * MiB)]
    [InlineData("raw", "luks", false, false, (10 * MiB) + 2_068_480)]
    public void Only_what_is_certain_to_be_needed_counts(string source, string output, bool disableSparse, bool compress, long expected)
    {
        ConversionRequest request = ToRaw with { OutputFormat = DiskFormat.Parse(output), DisableSparse = disableSparse, Compress = compress };
        var facts = new ImageFacts { Format = DiskFormat.Parse(source), VirtualSize = 10 * MiB };
        Assert.Equal(expected, ConversionPlanner.Plan(request, new SourceFile(facts, 10 * MiB, 3 * MiB)).RequiredBytes);
    }

    [Theory]
    [InlineData("raw", "raw", "Auto", false)]
    [InlineData("qcow2", "raw", "Auto", true)]
    [InlineData("vhd", "raw", "Auto", true)]
    [InlineData("vhd", "raw", "Managed", false)]
    [InlineData("raw", "qcow2", "Auto", true)]
    public void Before_a_download_the_format_alone_says_what_is_needed(string source, string output, string engine, bool expected) =>
        Assert.Equal(
            expected,
            ConversionPlanner.NeedsQemuImg(DiskFormat.Parse(source), ToRaw with { OutputFormat = DiskFormat.Parse(output), Engine = Enum.Parse<ConversionEngineChoice>(engine) }));

    private static ConversionPlan Plan(ConversionRequest request, DiskFormat source) =>
        ConversionPlanner.Plan(request, new SourceFile(new ImageFacts { Format = source, VirtualSize = MiB, ClusterSize = 65536 }, MiB, MiB));
}
