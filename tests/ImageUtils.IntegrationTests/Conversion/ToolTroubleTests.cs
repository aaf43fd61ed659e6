using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>A qemu-img that dies, hangs, warns or meets its limits, and destinations that cannot be written.</summary>
public sealed class ToolTroubleTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public ToolTroubleTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Plays qemu-img with scripts of sh.");
        Workshop.RequireQemuImg();
        _workshop.MakeDisk("disk", 1 << 20);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_program_that_was_killed_is_no_result()
    {
        ConversionFailedException e = await Assert.ThrowsAsync<ConversionFailedException>(() => ConvertAsync("echo half > \"$DESTINATION\"; kill -9 $$"));
        Assert.Contains("signal 9", e.Message, StringComparison.Ordinal);
        Assert.IsType<ToolFailedException>(e.InnerException);
        Assert.Equal(["disk", "tool"], _workshop.Names());
    }

    [Fact]
    public async Task A_program_that_warns_and_succeeds_has_succeeded()
    {
        ImageConversionResult result = await ConvertAsync("echo 'qemu-img: warning: odd, but fine' >&2; exec qemu-img \"$@\"");
        Assert.Equal("qcow2", result.Format);
        Assert.Equal(["qemu-img: warning: odd, but fine"], _workshop.Log.Warnings);
    }

    [Fact]
    public async Task A_program_that_says_it_succeeded_and_wrote_nothing_has_failed()
    {
        await Assert.ThrowsAnyAsync<ImageUtilsException>(() => ConvertAsync("exit 0"));
        Assert.Equal(["disk", "tool"], _workshop.Names());
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_at_the_time_limit()
    {
        TimedOutException e = await Assert.ThrowsAsync<TimedOutException>(() => ConvertAsync("exec sleep 1000", options => options with { ConvertTimeLimit = TimeSpan.FromSeconds(1) }));
        Assert.Equal(TimeSpan.FromSeconds(1), e.Limit);
        Assert.Equal(("TimedOut", ErrorKind.OperationTimeout), (e.ErrorId, e.Kind));
        Assert.Equal(["disk", "tool"], _workshop.Names());
    }

    [Fact]
    public async Task A_program_that_reads_for_ever_is_ended_at_its_own_time_limit()
    {
        await _workshop.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", _workshop.File("image"), "1M");
        var measurer = new VolumeMeasurer(With("exec sleep 1000", options => options with { ToolTimeLimit = TimeSpan.FromSeconds(1) }));
        await Assert.ThrowsAsync<TimedOutException>(() => measurer.MeasureAsync(new MeasureRequest { Path = _workshop.File("image"), OutputFormat = DiskFormat.Qcow2 }, Token));
    }

    [Fact]
    public async Task A_program_that_burns_its_cpu_time_is_ended_and_the_option_is_named()
    {
        ConversionFailedException e = await Assert.ThrowsAsync<ConversionFailedException>(() => ConvertAsync("while :; do :; done", options => options with { ConvertCpuLimit = TimeSpan.FromSeconds(1) }));
        Assert.Contains("ConvertCpuLimit", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(["disk", "tool"], _workshop.Names());
    }

    [Fact]
    public async Task Too_little_memory_is_a_failure_and_enough_is_none()
    {
        await Assert.ThrowsAsync<ConversionFailedException>(() => ConvertAsync("exec qemu-img \"$@\"", options => options with { ConvertAddressSpaceLimit = 32 << 20 }));
        Assert.Equal(["disk", "tool"], _workshop.Names());
        Assert.Equal("qcow2", (await ConvertAsync("exec qemu-img \"$@\"", options => options with { ConvertAddressSpaceLimit = 4L << 30, ConvertCpuLimit = TimeSpan.FromMinutes(5) })).Format);
        Assert.Contains(_workshop.Log.VerboseLines, line => line.StartsWith("prlimit --cpu=300 --as=4294967296 -- ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_read_only_file_system_is_told_before_any_work()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Needs root to mount a tmpfs.");
        string mount = Directory.CreateDirectory(_workshop.File("fixed")).FullName;
        Assert.SkipUnless(LoopDevice.Run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", mount).Code == 0, "tmpfs cannot be mounted here.");
        try
        {
            DestinationUnwritableException e = await Assert.ThrowsAsync<DestinationUnwritableException>(() => _workshop.Converter.ConvertAsync(_workshop.Request("disk", "fixed/image", "qcow2"), Token));
            Assert.Equal(Path.Combine(mount, "image"), e.Path);
            Assert.DoesNotContain(_workshop.Log.VerboseLines, line => line.StartsWith("qemu-img", StringComparison.Ordinal));
        }
        finally
        {
            LoopDevice.Run("umount", mount);
        }
    }

    private Task<ImageConversionResult> ConvertAsync(string script, Func<ImageUtilsOptions, ImageUtilsOptions>? change = null) =>
        new ImageConverter(With(script, change ?? (options => options))).ConvertAsync(_workshop.Request("disk", "image", "qcow2"), Token);

    private ImageUtils.Operations.OperationContext With(string script, Func<ImageUtilsOptions, ImageUtilsOptions> change)
    {
        string tool = _workshop.File("tool");
        File.WriteAllText(tool, $"#!/bin/sh\nfor DESTINATION; do :; done\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        return _workshop.Context with { Options = change(_workshop.Context.Options with { QemuImgPath = tool }) };
    }
}
