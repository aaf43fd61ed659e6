using System.Text;
using System.Text.Json;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Qemu;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>Names that look like something else, and content that wants to be.</summary>
public sealed class HostileConversionTests
{
    private static readonly string[] OwnNames =
    [
        "-", "--", "-O", "json:{\"driver\":\"null-co\"}", "file:x", "a,b=c", "a\nb", "x\\y", "driver=raw", "~", "ssh:x", "a?b", "a%2fb", " lead", "trail ", ".hidden", "\u202ereversed",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names()
    {
        var rows = new TheoryData<string>();
        foreach (JsonElement name in Corpus.HostileNames())
        {
            rows.Add(name.GetProperty("name_hex").GetString()!);
        }

        foreach (string name in OwnNames)
        {
            rows.Add(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_name_is_a_name(string hex)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        Workshop.RequireQemuImg();
        string name = Encoding.UTF8.GetString(Convert.FromHexString(hex));
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", 1 << 20);
        foreach (string format in new[] { "qcow2", "vhd" })
        {
            string folder = Directory.CreateDirectory(workshop.File(format)).FullName;
            string image = Path.Combine(folder, name);
            await workshop.Converter.ConvertAsync(workshop.Request(disk, image, format), Token);
            QemuImgInfo info = await workshop.QemuImg.InfoAsync(new QemuSource(image, DiskFormat.Parse(format)), forceShare: false, runAsRoot: false, Token);
            Assert.Equal(1 << 20, info.VirtualSize);
            string back = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "back")).FullName, name);
            ImageConversionResult result = await workshop.Converter.ConvertAsync(workshop.Request(image, back, "raw"), Token);
            Assert.Equal("qemu-img", result.Engine);
            Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(back));
            Assert.Equal(name == "back" ? 1 : 2, Directory.GetFileSystemEntries(folder).Length);
        }
    }

    [Fact]
    public async Task A_disk_that_begins_with_an_image_does_not_become_raw()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        workshop.MakeDisk("disk", 1 << 20);
        await workshop.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", workshop.File("disk"), workshop.File("inner"));
        await workshop.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", workshop.File("inner"), workshop.File("outer"));
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(
            () => workshop.Converter.ConvertAsync(workshop.Request("outer", "raw", "raw") with { ImageId = "id-1" }, Token));
        Assert.Equal("Image id-1 is unacceptable: Converted to raw, but format is now qcow2.", e.Message);
        Assert.Equal(["disk", "inner", "outer"], workshop.Names());
    }

    [Theory]
    [InlineData("hostile/q18-backing-dotdot.qcow2")]
    [InlineData("hostile/q20-datafile-absolute.qcow2")]
    [InlineData("hostile/v03-2gbflat-passwd.vmdk")]
    [InlineData("hostile/h07-diff-parent-etc-passwd.vhd")]
    public async Task An_image_that_names_another_file_reaches_no_tool(string name)
    {
        using var workshop = new Workshop();
        ConversionRequest request = workshop.Request(Corpus.PathOf(name), "raw", "raw") with
        {
            IgnoreChecks = ["backing_file", "data_file", "extents", "parent"],
        };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => workshop.Converter.ConvertAsync(request, Token));
        Assert.Empty(workshop.Log.VerboseLines);
        Assert.Empty(workshop.Names());
    }
}
