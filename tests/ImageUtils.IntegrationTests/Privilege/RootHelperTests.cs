using System.Diagnostics;
using System.Runtime.Versioning;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Privilege;

/// <summary>The built program, run by a user who is not root, on files that only root may read: with sudo, and with rootwrap.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RootHelperTests(UnprivilegedUser user) : IClassFixture<UnprivilegedUser>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task What_only_root_may_read_is_described_and_judged(string kind)
    {
        string helper = Begin(kind);
        string image = Qcow2("disk.qcow2");
        CommandLine info = await user.RunAsync(helper, ["info", image, "--run-as-root", "--json"]);
        Assert.Equal((0, string.Empty), (info.ExitCode, info.Error));
        Assert.Equal(("qcow2", 8 << 20, true), (info.Objects[0].GetProperty("format").GetString(), info.Objects[0].GetProperty("virtualSize").GetInt32(), info.Objects[0].GetProperty("isSafe").GetBoolean()));
        Assert.True(info.Objects[0].GetProperty("actualSize").GetInt64() > 0);

        CommandLine asked = await user.RunAsync(helper, ["info", image, "--run-as-root", "--engine", "qemu-img", "--json"]);
        Assert.Equal((0, "qemu-img"), (asked.ExitCode, asked.Objects[0].GetProperty("engine").GetString()));

        CommandLine check = await user.RunAsync(helper, ["check", image, "--claimed-format", "qcow2", "--run-as-root", "--json"]);
        Assert.Equal((0, true), (check.ExitCode, check.Objects[0].GetProperty("isAcceptable").GetBoolean()));
        CommandLine denied = await user.RunAsync(helper, ["info", image]);
        Assert.Equal(1, denied.ExitCode);
        Assert.Contains("permission denied", denied.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task What_only_root_may_read_is_converted(string kind)
    {
        string helper = Begin(kind);
        string image = Qcow2("disk.qcow2");
        CommandLine converted = await user.RunAsync(helper, ["convert", image, "out.raw", "--run-as-root", "--json"]);
        Assert.Equal((0, string.Empty), (converted.ExitCode, converted.Error));
        Assert.Equal("qemu-img", converted.Objects[0].GetProperty("engine").GetString());
        string result = Path.Combine(user.Home, "out.raw");
        Assert.Equal(Workshop.Sha256(Path.Combine(user.Closed, "disk.raw")), Workshop.Sha256(result));

        // The result is the user's own.
        Assert.Equal(0, (await user.RunAsync(helper, ["check", "out.raw", "--claimed-format", "raw"])).ExitCode);
        CommandLine plain = await user.RunAsync(helper, ["convert", Path.Combine(user.Closed, "disk.raw"), "copy.raw", "--run-as-root"]);
        Assert.Equal((0, string.Empty), (plain.ExitCode, plain.Error));
        Assert.Equal(Workshop.Sha256(result), Workshop.Sha256(Path.Combine(user.Home, "copy.raw")));
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task Passphrases_go_through_the_root_helper_and_stand_on_no_command_line(string kind)
    {
        string helper = Begin(kind);
        string image = Qcow2("disk.qcow2");
        CommandLine locked = await user.RunAsync(helper, ["convert", image, "locked", "--to", "luks", "--passphrase-file", "-", "--run-as-root", "--verbose"], input: "hush-hush-1"u8.ToArray());
        Assert.True(locked.ExitCode == 0, locked.Error);
        Assert.DoesNotContain("hush-hush", locked.Error, StringComparison.Ordinal);
        string closed = Path.Combine(user.Closed, "locked");
        File.Move(Path.Combine(user.Home, "locked"), closed);
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(Path.Combine(user.Home, "new"), "hush-hush-2", Token);
        CommandLine changed = await user.RunAsync(helper, ["convert", closed, "other", "--to", "luks", "--source-passphrase-file", "-", "--passphrase-file", "new", "--run-as-root"], input: "hush-hush-1"u8.ToArray());
        Assert.True(changed.ExitCode == 0, changed.Error);
        CommandLine opened = await user.RunAsync(helper, ["convert", "other", "back", "--source-passphrase-file", "new", "--run-as-root"]);
        Assert.True(opened.ExitCode == 0, opened.Error);
        Assert.Equal(Workshop.Sha256(Path.Combine(user.Closed, "disk.raw")), Workshop.Sha256(Path.Combine(user.Home, "back")));
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task A_volume_that_only_root_may_read_is_published_and_stays_as_it_is(string kind)
    {
        string helper = Begin(kind);
        Qcow2("disk.qcow2");
        string volume = Path.Combine(user.Closed, "disk.raw");
        CommandLine plain = await user.RunAsync(helper, ["publish", volume, "--name", "a", "--disk-format", "raw", "--run-as-root", "--json"]);
        Assert.Equal((0, string.Empty), (plain.ExitCode, plain.Error));
        string id = plain.Objects[0].GetProperty("imageId").GetString()!;
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(Path.Combine(user.Home, "images", id, "data")));
        CommandLine converted = await user.RunAsync(helper, ["publish", volume, "--name", "b", "--disk-format", "qcow2", "--run-as-root", "--json"]);
        Assert.Equal((0, true), (converted.ExitCode, converted.Objects[0].GetProperty("isConverted").GetBoolean()));
        Assert.Equal("0", LoopDevice.Run("stat", "-c", "%u", volume).Said.Trim());
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Path.Combine(user.Home, "conversion")), path => Path.GetFileName(path).StartsWith("vol_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task A_cancelled_conversion_leaves_no_program_of_root(string kind)
    {
        string helper = Begin(kind);
        string image = Qcow2("slow.qcow2");
        using Process process = user.Start(helper, ["convert", image, "out.raw", "--max-rate", "64K", "--run-as-root", "--engine", "qemu-img"]);
        var watch = Stopwatch.StartNew();
        while (!UnprivilegedUser.CommandsNaming(image).Any(command => Path.GetFileName(command.Split(' ')[0]) == "qemu-img"))
        {
            Assert.False(process.HasExited && watch.Elapsed > TimeSpan.FromSeconds(1), process.HasExited ? await process.StandardError.ReadToEndAsync(Token) : string.Empty);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), "qemu-img did not start.");
            await Task.Delay(20, Token);
        }

        Assert.Equal(0, LoopDevice.Run("kill", "-INT", FormattableString.Invariant($"{process.Id}")).Code);
        await process.WaitForExitAsync(Token);
        Assert.Equal(130, process.ExitCode);

        // rootwrap is a Python of its own for each signal; on a busy machine the last one is still on its way.
        watch.Restart();
        while (UnprivilegedUser.CommandsNaming(image).Any() && watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            await Task.Delay(50, Token);
        }

        Assert.Empty(UnprivilegedUser.CommandsNaming(image));
        Assert.Empty(Directory.GetFiles(user.Home));
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task Without_a_rule_the_root_helper_is_unavailable_and_nothing_is_written(string kind)
    {
        string helper = Begin(kind == "sudo" ? "sudo" : "bare");
        string image = Qcow2("disk.qcow2");
        using IDisposable? rules = kind == "sudo" ? user.WithoutRules() : null;
        foreach (string[] words in new string[][] { ["info", image], ["convert", image, "out.raw"], ["publish", image, "--name", "x", "--disk-format", "qcow2", "--volume-format", "qcow2"] })
        {
            CommandLine refused = await user.RunAsync(helper, [.. words, "--run-as-root"]);
            Assert.Equal((1, string.Empty), (refused.ExitCode, refused.Output));
            Assert.Contains($"The root helper '{helper}' cannot be used", refused.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFiles(user.Home, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task A_device_that_only_root_may_write_gets_the_volume(string kind)
    {
        string helper = Begin(kind);
        string image = Qcow2("disk.qcow2");
        using LoopDevice device = LoopDevice.Over(Path.Combine(user.Closed, "device"), 12 << 20);
        CommandLine written = await user.RunAsync(helper, ["convert", image, device.Path, "--run-as-root", "--json"]);
        Assert.Equal((0, string.Empty), (written.ExitCode, written.Error));
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(user.Closed, "disk.raw"), Token), device.Read(0, 8 << 20));
        Assert.All(device.Read(8 << 20, 4 << 20), value => Assert.Equal(0xEE, value));
        CommandLine denied = await user.RunAsync(helper, ["convert", image, device.Path]);
        Assert.Equal(1, denied.ExitCode);
        Assert.Empty(UnprivilegedUser.CommandsNaming(device.Path + " "));
    }

    [Fact]
    public async Task A_device_that_is_in_use_is_refused_behind_the_root_helper_too()
    {
        string helper = Begin("sudo");
        string image = Qcow2("disk.qcow2");
        using LoopDevice device = LoopDevice.Over(Path.Combine(user.Closed, "device"), 12 << 20);
        using (Microsoft.Win32.SafeHandles.SafeFileHandle? held = ImageUtils.Storage.Linux.DeviceOpening.TryOpen(device.Path, alone: true, out _))
        {
            Assert.NotNull(held);
            CommandLine busy = await user.RunAsync(helper, ["convert", image, device.Path, "--run-as-root"]);
            Assert.Equal(1, busy.ExitCode);
            Assert.Contains("holds it for itself alone", busy.Error, StringComparison.Ordinal);
        }

        CommandLine own = await user.RunAsync(helper, ["convert", Path.Combine(user.Closed, "device"), device.Path, "--run-as-root"]);
        Assert.Equal(1, own.ExitCode);
        Assert.Contains("both source and destination", own.Error, StringComparison.Ordinal);
        Assert.All(device.Read(0, 12 << 20), value => Assert.Equal(0xEE, value));
    }

    [Fact]
    public async Task A_disk_of_root_is_resized()
    {
        string helper = Begin("sudo");
        string image = Qcow2("disk.qcow2");
        foreach (string path in new[] { image, Path.Combine(user.Closed, "disk.raw") })
        {
            CommandLine resized = await user.RunAsync(helper, ["resize", path, "1G", "--run-as-root", "--json"]);
            Assert.Equal((0, string.Empty), (resized.ExitCode, resized.Error));
            Assert.Equal(1L << 30, resized.Objects[0].GetProperty("virtualSize").GetInt64());
        }
    }

    [Fact]
    public async Task A_program_that_others_may_change_is_never_run_as_root()
    {
        string helper = Begin("sudo");
        string image = Qcow2("disk.qcow2");
        string library = Path.Combine(Path.GetDirectoryName(user.Program)!, "ImageUtils.Core.dll");
        UnixFileMode mode = File.GetUnixFileMode(library);
        File.SetUnixFileMode(library, mode | UnixFileMode.OtherWrite);
        try
        {
            CommandLine refused = await user.RunAsync(helper, ["info", image, "--run-as-root", "--verbose"]);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("others may write", refused.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("serve-file", refused.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(library, mode);
        }
    }

    [Fact]
    public async Task What_the_user_may_read_is_not_read_as_root()
    {
        string helper = Begin("sudo");
        Qcow2("disk.qcow2");
        File.Copy(Path.Combine(user.Closed, "disk.qcow2"), Path.Combine(user.Home, "own.qcow2"));
        File.SetUnixFileMode(Path.Combine(user.Home, "own.qcow2"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        CommandLine info = await user.RunAsync(helper, ["info", "own.qcow2", "--run-as-root", "--verbose"]);
        Assert.Equal((0, string.Empty), (info.ExitCode, info.Error));
    }

    [Theory]
    [InlineData("pipe", "pipe")]
    [InlineData("/dev/null", "character device")]
    [InlineData(".", "directory")]
    public async Task Root_opens_nothing_but_files_and_block_devices(string what, string said)
    {
        Begin("sudo");
        string path = Path.GetFullPath(Path.Combine(user.Closed, what));
        if (what == "pipe")
        {
            Assert.Equal(0, LoopDevice.Run("mkfifo", path).Code);
        }

        if (path.StartsWith("/dev", StringComparison.Ordinal))
        {
            CommandLine served = await CommandLine.RunAsync(user.Folder, ["serve-file", path]);
            Assert.Equal(1, served.ExitCode);
            Assert.Contains(said, served.Output, StringComparison.Ordinal);
            return;
        }

        CommandLine refused = await user.RunAsync(user.Sudo, ["info", path, "--run-as-root"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
    }

    private string Begin(string kind) => user.Begin(kind);

    private string Qcow2(string name) => user.Qcow2(name);
}
