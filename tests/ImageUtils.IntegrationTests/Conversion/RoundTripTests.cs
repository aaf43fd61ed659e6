using ImageUtils.Conversion;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>Every format that can be written gives back what went in.</summary>
public sealed class RoundTripTests
{
    private const long OddSize = (5 << 20) + 1536;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw", null, false)]
    [InlineData("qcow2", null, false)]
    [InlineData("qcow2", null, true)]
    [InlineData("vmdk", null, false)]
    [InlineData("vmdk", "streamOptimized", false)]
    [InlineData("vhd", null, false)]
    [InlineData("vhd", "dynamic", false)]
    [InlineData("vhd", "fixed", false)]
    [InlineData("vhdx", null, false)]
    [InlineData("vhdx", "fixed", false)]
    [InlineData("vdi", null, false)]
    [InlineData("parallels", null, false)]
    public async Task What_goes_in_comes_out(string format, string? subformat, bool compress)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", OddSize);
        ConversionRequest there = workshop.Request("disk", "image", format) with { OutputSubformat = subformat, Compress = compress };
        ImageConversionResult image = await workshop.Converter.ConvertAsync(there, Token);
        Assert.Equal((format, OddSize), (image.Format, image.VirtualSize));
        ImageConversionResult back = await workshop.Converter.ConvertAsync(workshop.Request("image", "again", "raw") with { SourceFormat = format }, Token);
        Assert.Equal(OddSize, back.VirtualSize);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(back.Path));
        Assert.Equal(["again", "disk", "image"], workshop.Names());
        Assert.Equal(OddSize, workshop.Progress.Last!.BytesDone);
    }

    [Fact]
    public async Task A_fixed_vhd_becomes_raw_without_qemu_img()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", OddSize);
        await workshop.Converter.ConvertAsync(workshop.Request("disk", "image", "vhd") with { OutputSubformat = "fixed" }, Token);
        using var bare = new Workshop(searchPath: "/nowhere");
        ImageConversionResult result = await bare.Converter.ConvertAsync(bare.Request(workshop.File("image"), "raw", "raw"), Token);
        Assert.Equal("managed", result.Engine);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(result.Path));
    }

    [Fact]
    public async Task Sparse_stays_sparse_unless_zeros_are_asked_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Allocation is asked of statx.");
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        workshop.MakeDisk("disk", 16 << 20);
        await workshop.Converter.ConvertAsync(workshop.Request("disk", "image", "qcow2"), Token);
        foreach (string source in new[] { "disk", "image" })
        {
            ImageConversionResult sparse = await workshop.Converter.ConvertAsync(workshop.Request(source, "sparse", "raw") with { Force = true }, Token);
            ImageConversionResult full = await workshop.Converter.ConvertAsync(workshop.Request(source, "full", "raw") with { Force = true, DisableSparse = true }, Token);
            Assert.InRange(sparse.BytesWritten, 1, 4 << 20);
            Assert.InRange(full.BytesWritten, 16 << 20, 17 << 20);
            Assert.Equal(Workshop.Sha256(sparse.Path), Workshop.Sha256(full.Path));
        }
    }
}
