using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>What goes wrong is told clearly, loses nothing and leaves nothing.</summary>
public sealed class ConversionTroubleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_qemu_img_raw_still_works_and_the_rest_is_refused()
    {
        using var workshop = new Workshop(searchPath: "/nowhere");
        string disk = workshop.MakeDisk("disk", 1 << 20);
        ImageConversionResult result = await workshop.Converter.ConvertAsync(workshop.Request("disk", "copy", "raw"), Token);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(result.Path));
        await Assert.ThrowsAsync<ToolNotFoundException>(() => workshop.Converter.ConvertAsync(workshop.Request("disk", "image", "qcow2"), Token));
        Assert.Equal(["copy", "disk"], workshop.Names());
    }

    [Fact]
    public async Task As_on_Windows_a_conversion_as_root_is_one_of_the_user_without_env_and_limits()
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", 1 << 20);
        var windows = new ImageUtils.Processes.PlatformFacts { IsWindows = true, IsRoot = false, HasPrlimit = true };
        var context = workshop.Context with { Processes = new ImageUtils.Processes.MedallionProcessRunner(workshop.Log, ["no-such-helper"], windows) };
        await new ImageConverter(context).ConvertAsync(workshop.Request("disk", "image", "qcow2") with { RunAsRoot = true }, Token);
        ImageConversionResult back = await new ImageConverter(context).ConvertAsync(workshop.Request("image", "back", "raw") with { RunAsRoot = true }, Token);
        Assert.Equal(Workshop.Sha256(disk), Workshop.Sha256(back.Path));
        Assert.Equal(2, workshop.Log.VerboseLines.Count(line => line.StartsWith("qemu-img convert ", StringComparison.Ordinal)));
        Assert.Contains(workshop.Log.VerboseLines, line => line.StartsWith("There is no root helper on Windows", StringComparison.Ordinal));
        QemuImageInfo info = await new ImageUtils.Operations.ImageInfoReader(context).ReadAsync(new() { Path = workshop.File("image"), Engine = ConversionEngineChoice.QemuImg, RunAsRoot = true }, Token);
        Assert.Equal("qcow2", info.Format);
        Assert.Contains(workshop.Log.VerboseLines, line => line.StartsWith("qemu-img info ", StringComparison.Ordinal));
        Assert.DoesNotContain(workshop.Log.VerboseLines, line => line.Contains("env ", StringComparison.Ordinal) || line.Contains("prlimit --", StringComparison.Ordinal) || line.Contains("no-such-helper", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ConversionEngineChoice.Managed)]
    [InlineData(ConversionEngineChoice.QemuImg)]
    public async Task A_full_disk_is_named_and_left_empty(ConversionEngineChoice engine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root to mount a small tmpfs.");
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        string mount = Directory.CreateDirectory(workshop.File("small")).FullName;
        Assert.SkipUnless((await workshop.RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount)).ExitCode == 0, "tmpfs cannot be mounted here.");
        try
        {
            workshop.MakeDisk("disk", 16 << 20);
            using (FileStream full = File.OpenWrite(workshop.MakeDisk("full", 4 << 20)))
            {
                full.Write(Enumerable.Repeat((byte)7, 4 << 20).ToArray());
            }

            // Known beforehand: the source's data alone is too much.
            NoSpaceException before = await Assert.ThrowsAsync<NoSpaceException>(
                () => workshop.Converter.ConvertAsync(workshop.Request("full", "small/a", "raw") with { Engine = engine }, Token));
            Assert.Null(before.InnerException);
            Assert.Equal(mount, before.Location);

            // Found out on the way: compressed data says little about what it becomes.
            await workshop.RunAsync("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", workshop.File("full"), workshop.File("image"));
            NoSpaceException after = await Assert.ThrowsAsync<NoSpaceException>(
                () => workshop.Converter.ConvertAsync(workshop.Request("image", "small/b", "raw"), Token));
            Assert.NotNull(after.InnerException);
            Assert.Equal(mount, after.Location);
            Assert.Empty(Directory.GetFileSystemEntries(mount));
        }
        finally
        {
            await workshop.RunAsync("umount", mount);
        }
    }

    [Theory]
    [InlineData(ConversionEngineChoice.Managed)]
    [InlineData(ConversionEngineChoice.QemuImg)]
    public async Task A_cancellation_on_the_way_leaves_no_file_and_no_process(ConversionEngineChoice engine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        using (FileStream disk = File.OpenWrite(workshop.MakeDisk("disk", 32 << 20)))
        {
            disk.Write(Enumerable.Repeat((byte)7, 32 << 20).ToArray());
        }

        using var source = new CancellationTokenSource();
        ConversionRequest request = workshop.Request("disk", "copy", "raw") with { Engine = engine, MaxBytesPerSecond = 4 << 20 };
        Task<ImageConversionResult> run = workshop.Converter.ConvertAsync(request, source.Token);
        await workshop.Progress.Begun.WaitAsync(TimeSpan.FromMinutes(2), Token);
        Assert.Equal(engine == ConversionEngineChoice.QemuImg ? 1 : 0, ProcessesThatName(workshop.Folder));
        Assert.Equal(2, workshop.Names().Length);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(0, ProcessesThatName(workshop.Folder));
        Assert.Equal(["disk"], workshop.Names());
    }

    [Fact]
    public async Task Source_and_destination_may_not_be_one_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links are made the Unix way.");
        using var workshop = new Workshop();
        string disk = workshop.MakeDisk("disk", 1 << 20);
        string sha256 = Workshop.Sha256(disk);
        File.CreateSymbolicLink(workshop.File("symbolic"), disk);
        await workshop.RunAsync("ln", disk, workshop.File("hard"));
        foreach ((string from, string to) in new[] { ("disk", "disk"), ("disk", "symbolic"), ("symbolic", "disk"), ("disk", "hard"), ("disk", "../" + Path.GetFileName(workshop.Folder) + "/disk") })
        {
            await Assert.ThrowsAsync<DestinationIsSourceException>(() => workshop.Converter.ConvertAsync(workshop.Request(from, to, "raw") with { Force = true }, Token));
        }

        Assert.Equal(sha256, Workshop.Sha256(disk));
        Assert.Equal(["disk", "hard", "symbolic"], workshop.Names());
    }

    [Fact]
    public async Task A_missing_source_and_a_missing_folder_are_told_apart()
    {
        using var workshop = new Workshop();
        PathNotFoundException source = await Assert.ThrowsAsync<PathNotFoundException>(() => workshop.Converter.ConvertAsync(workshop.Request("none", "copy", "raw"), Token));
        Assert.Equal(workshop.File("none"), source.Path);
        workshop.MakeDisk("disk", 1 << 20);
        PathNotFoundException folder = await Assert.ThrowsAsync<PathNotFoundException>(() => workshop.Converter.ConvertAsync(workshop.Request("disk", "none/copy", "raw"), Token));
        Assert.Equal(workshop.File("none"), folder.Path);
    }

    private static int ProcessesThatName(string text) => Directory.EnumerateDirectories("/proc").Count(folder =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
