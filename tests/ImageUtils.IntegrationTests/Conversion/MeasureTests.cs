using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>What is measured beforehand, against what a conversion really takes.</summary>
public sealed class MeasureTests
{
    private const long Size = (64 << 20) + 512;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (string source in (string[])["raw", "qcow2", "vmdk", "vhd", "vdi"])
        {
            foreach (string output in (string[])["raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "parallels"])
            {
                pairs.Add(source, output);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_conversion_takes_no_more_than_was_measured(string source, string output)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        workshop.MakeDisk("disk", Size);
        await workshop.Converter.ConvertAsync(workshop.Request("disk", "source", source), Token);

        ImageMeasure measure = await new VolumeMeasurer(workshop.Context).MeasureAsync(new MeasureRequest { Path = workshop.File("source"), OutputFormat = DiskFormat.Parse(output) }, Token);
        ImageConversionResult result = await workshop.Converter.ConvertAsync(workshop.Request("source", "result", output), Token);

        Assert.Equal((source, output, Size, 1L, true), (measure.Format, measure.OutputFormat, measure.VirtualSize, measure.VolumeSizeGB, measure.Fits));
        Assert.InRange(result.BytesWritten, 1, measure.RequiredBytes + (64 << 10));
        Assert.InRange(measure.RequiredBytes, 1, Size / 2);
        Assert.InRange(measure.FullyAllocatedBytes, Size, Size + (12 << 20));
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vhd")]
    [InlineData("vhdx")]
    [InlineData("vmdk")]
    [InlineData("vdi")]
    [InlineData("parallels")]
    public async Task A_full_disk_takes_no_more_than_a_full_image(string output)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        byte[] content = new byte[16 << 20];
        new Random(7).NextBytes(content);
        await File.WriteAllBytesAsync(workshop.File("disk"), content, Token);

        ImageMeasure measure = await new VolumeMeasurer(workshop.Context).MeasureAsync(new MeasureRequest { Path = workshop.File("disk"), OutputFormat = DiskFormat.Parse(output) }, Token);
        ImageConversionResult result = await workshop.Converter.ConvertAsync(workshop.Request("disk", "result", output), Token);

        Assert.InRange(result.BytesWritten, content.Length, measure.FullyAllocatedBytes);
        Assert.InRange(measure.RequiredBytes, content.Length, measure.FullyAllocatedBytes);
    }

    [Fact]
    public async Task Only_plain_bytes_can_be_measured_without_qemu_img()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        workshop.MakeDisk("disk", Size);
        await workshop.Converter.ConvertAsync(workshop.Request("disk", "image", "qcow2"), Token);
        await workshop.Converter.ConvertAsync(workshop.Request("disk", "fixed", "vhd") with { OutputSubformat = "fixed" }, Token);
        using var bare = new Workshop(searchPath: "/nowhere");
        var measurer = new VolumeMeasurer(bare.Context);
        foreach (string plain in (string[])["disk", "fixed"])
        {
            ImageMeasure measure = await measurer.MeasureAsync(new MeasureRequest { Path = workshop.File(plain) }, Token);
            Assert.Equal((Size, Size), (measure.VirtualSize, measure.FullyAllocatedBytes));
            Assert.InRange(measure.RequiredBytes, 1, Size / 2);
        }

        await Assert.ThrowsAsync<ToolNotFoundException>(() => measurer.MeasureAsync(new MeasureRequest { Path = workshop.File("image") }, Token));
    }

    // Behaviour 181: equal is too little. A tmpfs says exactly how much it has.
    [Fact]
    public async Task What_does_not_fit_on_the_destination_is_told()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string small = Directory.CreateDirectory(workshop.File("small")).FullName;
        ProcessResult mounted = await workshop.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small);
        Assert.SkipUnless(mounted.ExitCode == 0, "Needs the right to mount a tmpfs.");
        try
        {
            var measurer = new VolumeMeasurer(workshop.Context);
            long free = (await measurer.MeasureAsync(new MeasureRequest { Path = workshop.MakeDisk("tiny", 4096), Destination = small }, Token)).FreeBytes;
            Assert.Equal(1 << 20, free);
            foreach ((long length, bool fits) in ((long, bool)[])[(free - 4096, true), (free, false)])
            {
                await File.WriteAllBytesAsync(workshop.File("full"), Enumerable.Repeat((byte)1, (int)length).ToArray(), Token);
                ImageMeasure measure = await measurer.MeasureAsync(new MeasureRequest { Path = workshop.File("full"), Destination = Path.Combine(small, "new.raw") }, Token);
                Assert.Equal((length, free, fits), (measure.RequiredBytes, measure.FreeBytes, measure.Fits));
            }
        }
        finally
        {
            await workshop.RunAsync("umount", small);
        }
    }
}
