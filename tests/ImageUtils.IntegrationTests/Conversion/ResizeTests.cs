using System.Diagnostics;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>Resizing real images with the real qemu-img: what was in them stays in them.</summary>
public sealed class ResizeTests
{
    private const long Small = 4 << 20;
    private const long Large = (16 << 20) + 512;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task An_image_grows_and_keeps_its_content(string format)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", Small);
        string image = await MakeAsync(workshop, disk, format);
        byte[] content = await File.ReadAllBytesAsync(disk, Token);

        QemuImageInfo info = await ResizeAsync(workshop, new ResizeRequest { Path = image, SizeBytes = Large, ImageFormat = DiskFormat.Parse(format) });

        Assert.Equal((format, Large), (info.Format, info.VirtualSize));
        byte[] grown = await ContentAsync(workshop, image, format);
        Assert.Equal(Large, grown.Length);
        Assert.True(content.AsSpan().SequenceEqual(grown.AsSpan(0, content.Length)));
        Assert.False(grown.AsSpan(content.Length).ContainsAnyExcept((byte)0));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task An_image_shrinks_only_where_that_is_allowed(string format)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", Large);
        string image = await MakeAsync(workshop, disk, format);
        string before = Workshop.Sha256(image);
        var request = new ResizeRequest { Path = image, SizeBytes = Small };
        await Assert.ThrowsAsync<InvalidSizeException>(() => ResizeAsync(workshop, request));
        Assert.Equal(before, Workshop.Sha256(image));

        Assert.Equal(Small, (await ResizeAsync(workshop, request with { Shrink = true })).VirtualSize);
        byte[] content = await File.ReadAllBytesAsync(disk, Token);
        Assert.Equal(content[..(int)Small], await ContentAsync(workshop, image, format));
    }

    [Theory]
    [InlineData("vmdk", null)]
    [InlineData("vpc", null)]
    [InlineData("vpc", "subformat=fixed,force_size=on")]
    [InlineData("vhdx", null)]
    [InlineData("vdi", null)]
    [InlineData("parallels", null)]
    [InlineData("qcow", null)]
    public async Task What_qemu_img_cannot_resize_stays_as_it_is(string qemuFormat, string? options)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string image = await MakeAsync(workshop, workshop.MakeDisk("disk", Small), qemuFormat, options);
        string before = Workshop.Sha256(image);
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => ResizeAsync(workshop, new ResizeRequest { Path = image, SizeBytes = Large }));
        Assert.Equal(before, Workshop.Sha256(image));
    }

    // An image of version 3 keeps the size with each snapshot, one of version 2 has no place for it.
    [Theory]
    [InlineData("1.1", true)]
    [InlineData("0.10", false)]
    public async Task Internal_snapshots_do_not_stop_a_version_3_image(string compat, bool works)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string image = await MakeAsync(workshop, workshop.MakeDisk("disk", Small), "qcow2", "compat=" + compat);
        (await workshop.RunAsync("qemu-img", "snapshot", "-c", "first", image)).ThrowIfFailed();
        var request = new ResizeRequest { Path = image, SizeBytes = Large };
        if (works)
        {
            Assert.Single((await ResizeAsync(workshop, request)).Snapshots);
            return;
        }

        NotSupportedOperationException e = await Assert.ThrowsAsync<NotSupportedOperationException>(() => ResizeAsync(workshop, request));
        Assert.Contains("internal snapshot", e.Message, StringComparison.Ordinal);
    }

    // CVE-2026-24708, as it happened: a raw volume whose guest wrote a qcow2 header, resized by a host that lets qemu-img guess.
    [Fact]
    public async Task A_raw_volume_with_a_qcow2_header_is_not_destroyed()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string volume = await MakeAsync(workshop, workshop.MakeDisk("disk", Small), "qcow2");
        await using (FileStream file = File.OpenWrite(volume))
        {
            file.SetLength(Large);
        }

        string before = Workshop.Sha256(volume);
        await Assert.ThrowsAsync<FormatMismatchException>(() => ResizeAsync(workshop, new ResizeRequest { Path = volume, SizeBytes = Large * 2, ImageFormat = DiskFormat.Raw }));
        Assert.Equal(before, Workshop.Sha256(volume));
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    public async Task A_disk_that_a_virtual_machine_has_open_is_not_touched(string format)
    {
        Workshop.RequireQemuImg();
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/qemu-io"), "Needs qemu-io.");
        using var workshop = new Workshop();
        string image = await MakeAsync(workshop, workshop.MakeDisk("disk", Small), format);
        using var machine = Process.Start(new ProcessStartInfo("/usr/bin/qemu-io", ["-f", format, image])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        try
        {
            char[] prompt = new char["qemu-io> ".Length];
            await machine.StandardOutput.ReadBlockAsync(prompt, Token);
            Exception e = (await Record.ExceptionAsync(() => ResizeAsync(workshop, new ResizeRequest { Path = image, SizeBytes = Large })))!;
            Assert.True(e is DestinationUnwritableException or ToolFailedException, e?.ToString());
        }
        finally
        {
            machine.StandardInput.Close();
            await machine.WaitForExitAsync(Token);
        }

        Assert.Equal(Large, (await ResizeAsync(workshop, new ResizeRequest { Path = image, SizeBytes = Large })).VirtualSize);
    }

    [Theory]
    [InlineData("[1].qcow2")]
    [InlineData("-f.qcow2")]
    [InlineData("nbd:127.0.0.1:1")]
    [InlineData("json:{}")]
    [InlineData("a,b c\n.qcow2")]
    public async Task A_path_is_a_path_whatever_its_name(string name)
    {
        Workshop.RequireQemuImg();
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such file names.");
        using var workshop = new Workshop();
        string image = await MakeAsync(workshop, workshop.MakeDisk("disk", Small), "qcow2");
        File.Move(image, workshop.File(name));
        Assert.Equal(Large, (await ResizeAsync(workshop, new ResizeRequest { Path = workshop.File(name), SizeBytes = Large })).VirtualSize);
    }

    private static Task<QemuImageInfo> ResizeAsync(Workshop workshop, ResizeRequest request) => new VolumeResizer(workshop.Context).ResizeAsync(request, Token);

    private static async Task<string> MakeAsync(Workshop workshop, string disk, string qemuFormat, string? options = null)
    {
        string image = workshop.File("image");
        string[] extra = options is null ? [] : ["-o", options];
        (await workshop.RunAsync("qemu-img", ["convert", "-f", "raw", "-O", qemuFormat, .. extra, disk, image])).ThrowIfFailed();
        return image;
    }

    private static async Task<byte[]> ContentAsync(Workshop workshop, string image, string format)
    {
        string content = workshop.File("content");
        (await workshop.RunAsync("qemu-img", "convert", "-f", format, "-O", "raw", image, content)).ThrowIfFailed();
        return await File.ReadAllBytesAsync(content, Token);
    }
}
