using System.Diagnostics;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>The kernel's own limit on I/O, on a loop device.</summary>
public sealed class ControlGroupTests : IDisposable
{
    private const int DiskSize = 8 << 20;
    private const int Limit = 8 << 20;
    private readonly string _name = $"imageutils-test-{Environment.ProcessId}";

    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("raw", false)]
    [InlineData("raw", true)]
    [InlineData("luks", false)]
    public async Task Qemu_img_runs_in_a_group_with_limits_that_is_gone_afterwards(string format, bool fails)
    {
        string controller = RequireController();
        using LoopDevice device = LoopDevice.Over(_workshop.File("device"), DiskSize + (4 << 20));
        using FileStream disk = File.Create(_workshop.File("disk"));
        disk.Write(System.Security.Cryptography.RandomNumberGenerator.GetBytes(DiskSize));
        disk.Flush();
        using var stream = new MemoryStream("secret"u8.ToArray());
        using Passphrase? passphrase = format == "luks" ? Passphrase.FromStream(stream, "test") : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        ConversionRequest request = _workshop.Request("disk", device.Path, format) with { Engine = ConversionEngineChoice.QemuImg, Passphrase = passphrase };
        Task<ImageConversionResult> run = new PatientConverter(_workshop.Context with
        {
            Options = _workshop.Context.Options with { CgroupName = _name, VolumeCopyBytesPerSecond = Limit },
        }).ConvertAsync(request, stop.Token);

        // While it runs, it is in a group that limits the device, and moves data there.
        string group = await WaitForGroupAsync(Path.Combine(controller, _name), run);
        Assert.Equal($"{device.Number} {Limit}", (await File.ReadAllTextAsync(Path.Combine(group, "blkio.throttle.write_bps_device"), Token)).Trim());
        Assert.DoesNotContain(_workshop.Log.VerboseLines, line => line.Contains(" -r ", StringComparison.Ordinal));
        if (fails)
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }
        else
        {
            Assert.Equal(format, (await run).Format);
        }

        Assert.False(Directory.Exists(Path.Combine(controller, _name)));
        Assert.DoesNotContain(_workshop.Log.Warnings, line => line.Contains("control group", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Into_a_file_qemu_img_limits_what_it_writes_and_the_group_what_is_read()
    {
        string controller = RequireController();
        using LoopDevice device = LoopDevice.Over(_workshop.File("device"), DiskSize);
        Task<ImageConversionResult> run = new PatientConverter(_workshop.Context with
        {
            Options = _workshop.Context.Options with { CgroupName = _name, VolumeCopyBytesPerSecond = Limit },
        }).ConvertAsync(_workshop.Request(device.Path, "image", "qcow2"), Token);
        string group = await WaitForGroupAsync(Path.Combine(controller, _name), run);
        Assert.Contains($"{device.Number} {Limit}", await File.ReadAllTextAsync(Path.Combine(group, "blkio.throttle.read_bps_device"), Token), StringComparison.Ordinal);
        await run;
        Assert.Contains(_workshop.Log.VerboseLines, line => line.Contains($" -r {Limit} ", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(controller, _name)));
    }

    [Fact]
    public async Task Where_there_is_cgexec_it_stands_before_qemu_img_as_in_cinder()
    {
        string controller = RequireController();
        string launcher = Path.Combine(Directory.CreateDirectory(_workshop.File("bin")).FullName, "cgexec");
        await File.WriteAllTextAsync(launcher, $"#!/bin/sh\necho $$ > {controller}/${{2#*:}}/cgroup.procs\nshift 2\nexec \"$@\"\n", Token);
        await _workshop.RunAsync("chmod", "755", launcher);
        using LoopDevice device = LoopDevice.Over(_workshop.File("device"), DiskSize);
        using var workshop = new Workshop(searchPath: $"{Path.GetDirectoryName(launcher)}:{Environment.GetEnvironmentVariable("PATH")}");
        workshop.MakeDisk("disk", 1 << 20);
        ConversionRequest request = workshop.Request("disk", device.Path, "raw") with { Engine = ConversionEngineChoice.QemuImg };
        await new ImageConverter(workshop.Context with
        {
            Options = workshop.Context.Options with { CgroupName = _name, VolumeCopyBytesPerSecond = 64 << 20 },
        }).ConvertAsync(request, Token);
        string[] words = workshop.Log.VerboseLines.Single(line => line.StartsWith($"cgexec -g blkio:{_name}/", StringComparison.Ordinal)).Split(' ');
        Assert.Equal("qemu-img convert -p -n -O raw -t none -f raw", string.Join(' ', words[3..13]));
        Assert.Empty(workshop.Log.Warnings);
        Assert.False(Directory.Exists(Path.Combine(controller, _name)));
    }

    private static string RequireController()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Needs root for control groups.");
        Workshop.RequireQemuImg();
        BlockIOController? found = BlockIOController.Find();
        Assert.SkipUnless(found is { IsUnified: false }, "The kernel has no blkio controller of cgroup v1 mounted.");
        Assert.SkipUnless(File.Exists(Path.Combine(found!.Folder, "blkio.throttle.write_bps_device")) || Directory.GetFiles(found.Folder, "blkio.throttle*").Length > 0, "This kernel's blkio limits nothing.");
        return found.Folder;
    }

    private static async Task<string> WaitForGroupAsync(string parent, Task run)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60) && !run.IsCompleted;)
        {
            string? group = Directory.Exists(parent) ? Directory.GetDirectories(parent).FirstOrDefault() : null;
            if (group is not null && File.Exists(Path.Combine(group, "cgroup.procs")) && (await File.ReadAllTextAsync(Path.Combine(group, "cgroup.procs"), Token)).Length > 0)
            {
                return group;
            }

            await Task.Delay(5, Token);
        }

        await run;
        Assert.Fail("The program was seen in no group.");
        return string.Empty;
    }
}
