using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Conversion;

public sealed class VolumeMeasurerTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const long GiB = 1L << 30;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeQemuImg _noTool = new() { IsThere = false };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Disk => _folder.File("disk");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Raw_to_raw_needs_the_data_and_no_program()
    {
        MakeSparse(64 * MiB);
        ImageMeasure measure = await MeasureAsync(Request("raw"), _noTool);
        Assert.Equal((Disk, "raw", "raw", 64 * MiB, 64 * MiB, 1L), (measure.Path, measure.Format, measure.OutputFormat, measure.FullyAllocatedBytes, measure.VirtualSize, measure.VolumeSizeGB));
        Assert.InRange(measure.RequiredBytes, MiB, 3 * MiB);
        Assert.InRange(measure.FreeBytes, 1, long.MaxValue);
    }

    [Fact]
    public async Task A_fixed_vhd_needs_no_program_either_and_its_footer_does_not_count()
    {
        await File.WriteAllBytesAsync(Disk, MadeVhd.Fixed(), Token);
        ImageMeasure measure = await MeasureAsync(Request("raw"), _noTool);
        Assert.Equal(("vhd", (long)MadeVhd.FixedSize, (long)MadeVhd.FixedSize), (measure.Format, measure.FullyAllocatedBytes, measure.VirtualSize));
        Assert.InRange(measure.RequiredBytes, 0, MadeVhd.FixedSize);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vhd")]
    public async Task What_needs_qemu_img_says_so_where_there_is_none(string output)
    {
        MakeSparse(MiB);
        await Assert.ThrowsAsync<ToolNotFoundException>(() => MeasureAsync(Request(output), _noTool));
    }

    [Fact]
    public async Task Qcow2_is_what_qemu_img_says()
    {
        MakeSparse(MiB);
        var qemuImg = new FakeQemuImg { Says = """{ "required": 1000, "fully-allocated": 2000 }""" };
        ImageMeasure measure = await MeasureAsync(Request("qcow2"), qemuImg);
        Assert.Equal((1000, 2000), (measure.RequiredBytes, measure.FullyAllocatedBytes));
        Assert.Equal(["measure", "--output=json", "-O", "qcow2", "-f", "raw", Disk], Assert.Single(qemuImg.Asked).Arguments);
        Assert.NotNull(qemuImg.Asked[0].Limits);
    }

    // qemu-img answers with the virtual size where raw is asked for; what it says of qcow2 tells how much is data.
    [Fact]
    public async Task Raw_from_another_format_is_the_data_in_it()
    {
        await File.WriteAllBytesAsync(Disk, MadeQcow2.Version3(), Token);
        var qemuImg = new FakeQemuImg { Says = """{ "required": 393216, "fully-allocated": 1376256 }""" };
        ImageMeasure measure = await MeasureAsync(Request("raw"), qemuImg);
        Assert.Equal((65_536, MiB), (measure.RequiredBytes, measure.FullyAllocatedBytes));
        Assert.Equal("measure --output=json -O qcow2 -o cluster_size=65536 -f qcow2 " + Disk, string.Join(' ', Assert.Single(qemuImg.Asked).Arguments));
    }

    [Theory]
    [InlineData("vdi", "cluster_size=1048576")]
    [InlineData("parallels", "cluster_size=1048576")]
    [InlineData("vhd", "cluster_size=65536")]
    public async Task Other_formats_are_measured_in_their_own_units(string output, string option)
    {
        MakeSparse(16 * MiB);
        var qemuImg = new FakeQemuImg { Says = FormattableString.Invariant($$"""{ "required": {{3 * MiB}}, "fully-allocated": {{17 * MiB}} }""") };
        ImageMeasure measure = await MeasureAsync(Request(output), qemuImg);
        Assert.Contains(option, Assert.Single(qemuImg.Asked).Arguments);
        Assert.InRange(measure.RequiredBytes, (2 * MiB) + 1, 5 * MiB);
        Assert.InRange(measure.FullyAllocatedBytes, (16 * MiB) + 1, 19 * MiB);
    }

    [Fact]
    public async Task An_unsafe_image_reaches_no_program()
    {
        await File.WriteAllBytesAsync(Disk, MadeQcow2.WithBacking("/etc/passwd"), Token);
        var qemuImg = new FakeQemuImg();
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => MeasureAsync(Request("raw"), qemuImg));
        Assert.Empty(qemuImg.Asked);
    }

    // Behaviours 178 to 180: rounded up to whole GiB; exactly equal fits, one sector more does not. Told, not thrown.
    [Theory]
    [InlineData(GiB, 1, true)]
    [InlineData(GiB + 512, 2, false)]
    public async Task The_disk_must_fit_in_the_volume_to_the_byte(long size, long needed, bool fits)
    {
        MakeSparse(size);
        ImageMeasure measure = await MeasureAsync(Request("raw") with { VolumeSizeBytes = GiB }, _noTool);
        Assert.Equal((needed, fits), (measure.VolumeSizeGB, measure.Fits));
    }

    // Behaviour 181: a folder counts itself, a file the folder above it.
    [Fact]
    public async Task Free_space_is_that_of_the_destination_file_or_folder()
    {
        MakeSparse(MiB);
        long asFolder = (await MeasureAsync(Request("raw") with { Destination = _folder.Path }, _noTool)).FreeBytes;
        long asFile = (await MeasureAsync(Request("raw") with { Destination = _folder.File("new.raw") }, _noTool)).FreeBytes;
        Assert.InRange(asFolder, 1, long.MaxValue);
        Assert.InRange(asFile, 1, long.MaxValue);
    }

    [Fact]
    public async Task More_than_there_is_does_not_fit()
    {
        MakeSparse(MiB);
        var qemuImg = new FakeQemuImg { Says = FormattableString.Invariant($$"""{ "required": {{long.MaxValue}}, "fully-allocated": {{long.MaxValue}} }""") };
        Assert.False((await MeasureAsync(Request("qcow2"), qemuImg)).Fits);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 50)]
    [InlineData(0)]
    public void Sizes_at_the_edge_do_not_overflow(long size)
    {
        foreach (DiskFormat format in DiskFormat.All.Where(known => known.CanWrite))
        {
            OutputLayout layout = OutputLayout.Of(format);
            Assert.InRange(layout.SizeOf(size, layout.InGranules(size)), size, long.MaxValue);
            Assert.InRange(layout.SizeOf(size, 0), 0, long.MaxValue);
        }
    }

    private void MakeSparse(long length)
    {
        using FileStream stream = File.Create(Disk);
        stream.SetLength(length);
        byte[] block = FaultyStream.Pattern((int)Math.Min(MiB, length));
        stream.Position = length - block.Length;
        stream.Write(block);
    }

    private MeasureRequest Request(string output) => new() { Path = Disk, OutputFormat = DiskFormat.Parse(output) };

    private Task<ImageMeasure> MeasureAsync(MeasureRequest request, FakeQemuImg qemuImg) => new VolumeMeasurer(new OperationContext
    {
        Options = new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.Path },
        Processes = qemuImg,
        Inspector = new ImageInspector(),
    }).MeasureAsync(request, Token);
}
