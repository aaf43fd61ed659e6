using System.Runtime.Versioning;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Privilege;

/// <summary>What stands around qemu-img behind the root helper: passphrases, limits and control groups.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RootConversionTests(UnprivilegedUser user) : IClassFixture<UnprivilegedUser>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task A_locked_volume_appears_in_a_folder_of_roots_although_root_may_not_look_into_our_processes(string kind)
    {
        string helper = user.Begin(kind);
        string image = user.Qcow2("disk.qcow2");
        await File.WriteAllTextAsync(Path.Combine(user.Home, "pass"), "hush-hush", Token);
        string locked = Path.Combine(user.Closed, "locked");
        CommandLine made = await user.RunAsync(helper, ["convert", image, locked, "--to", "luks", "--passphrase-file", "pass", "--run-as-root", "--verbose"]);
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains(" with-secrets 1 env LC_ALL=C qemu-img convert ", made.Error, StringComparison.Ordinal);
        Assert.Contains("file=/proc/self/fd/200", made.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", made.Error, StringComparison.Ordinal);
        Assert.Equal(0u, FileIdentity.Of(locked)!.OwnerId);
        CommandLine opened = await user.RunAsync(helper, ["convert", locked, "back", "--source-passphrase-file", "pass", "--run-as-root"]);
        Assert.True(opened.ExitCode == 0, opened.Error);
        Assert.Equal(Workshop.Sha256(Path.Combine(user.Closed, "disk.raw")), Workshop.Sha256(Path.Combine(user.Home, "back")));
        CommandLine wrong = await user.RunAsync(helper, ["convert", locked, "back", "--source-passphrase-file", "-", "--run-as-root", "--force"], input: "hush"u8.ToArray());
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("does not open", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(["disk.qcow2", "disk.raw", "locked"], Directory.GetFileSystemEntries(user.Closed).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_root_starts_does_not_depend_on_the_users_path()
    {
        user.Begin("sudo");
        string folder = Directory.CreateDirectory(Path.Combine(user.Closed, "bin")).FullName;
        foreach (string name in new[] { "env", "prlimit", "qemu-img" })
        {
            string planted = Path.Combine(folder, name);
            await File.WriteAllTextAsync(planted, "#!/bin/sh\necho planted\n", Token);
            File.SetUnixFileMode(planted, (UnixFileMode)0x1ed);
        }

        foreach (string count in new[] { "1", "1:1073741824" })
        {
            CommandLine said = await CommandLine.RunAsync(user.Closed, ["with-secrets", count, "env", "LC_ALL=C", "qemu-img", "--version"], path: folder, input: [1, 0, 0, 0, 0x61]);
            Assert.Equal((0, string.Empty), (said.ExitCode, said.Error));
            Assert.StartsWith("qemu-img version ", said.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_limit_of_memory_is_qemu_imgs_and_does_not_keep_our_program_from_starting()
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("disk.qcow2");
        var limits = new Dictionary<string, string>(StringComparer.Ordinal) { ["IMAGEUTILS_CONVERT_ADDRESS_SPACE_LIMIT"] = "1GB", ["IMAGEUTILS_CONVERT_CPU_LIMIT"] = "1000" };
        CommandLine made = await user.RunAsync(helper, ["convert", image, "locked", "--to", "luks", "--passphrase-file", "-", "--run-as-root", "--verbose"], input: "hush-hush"u8.ToArray(), variables: limits);
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Contains($"prlimit --cpu=1000 -- sudo -n {user.Program} with-secrets 1:1073741824 env LC_ALL=C qemu-img ", made.Error, StringComparison.Ordinal);

        // It is kept: under 24 MiB no qemu-img starts.
        limits["IMAGEUTILS_CONVERT_ADDRESS_SPACE_LIMIT"] = "24MB";
        CommandLine small = await user.RunAsync(helper, ["convert", image, "small", "--to", "luks", "--passphrase-file", "-", "--run-as-root"], input: "hush-hush"u8.ToArray(), variables: limits);
        Assert.Equal((1, string.Empty), (small.ExitCode, small.Output));
        Assert.False(File.Exists(Path.Combine(user.Home, "small")));
    }

    [Theory]
    [InlineData("sudo", "raw")]
    [InlineData("rootwrap", "raw")]
    [InlineData("rootwrap", "luks")]
    public async Task A_control_group_that_was_given_to_the_user_limits_the_program_of_root(string kind, string format)
    {
        string helper = user.Begin(kind);
        BlockIOController? controller = BlockIOController.Find();
        Assert.SkipUnless(controller is { IsUnified: false }, "The kernel has no blkio controller of cgroup v1 mounted.");
        Assert.SkipWhen(ExecutableSearch.Find("cgexec", null) is null, "cgexec (cgroup-tools) is not installed.");
        string image = user.Qcow2("disk.qcow2");
        using LoopDevice device = LoopDevice.Over(Path.Combine(user.Closed, "device"), 12 << 20);
        string group = Path.Combine(controller!.Folder, user.Name);
        Directory.CreateDirectory(group);
        try
        {
            Assert.Equal(0, LoopDevice.Run("chown", user.Name, group).Code);
            var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["IMAGEUTILS_CGROUP_NAME"] = user.Name };
            string[] secret = format == "luks" ? ["--passphrase-file", "-"] : [];
            CommandLine written = await user.RunAsync(helper, ["convert", image, device.Path, "--to", format, "--max-rate", "64M", "--run-as-root", "--verbose", .. secret], input: "hush-hush"u8.ToArray(), variables: variables);
            Assert.True(written.ExitCode == 0, written.Error);
            Assert.DoesNotContain("warning", written.Error, StringComparison.Ordinal);
            string launcher = format == "luks" ? $"{user.Program} with-secrets 1 " : string.Empty;
            Assert.Matches($@"{System.Text.RegularExpressions.Regex.Escape(helper)} cgexec -g blkio:{user.Name}/[0-9a-f-]+ {launcher}env LC_ALL=C qemu-img convert ", written.Error);
            Assert.Empty(Directory.GetDirectories(group));
        }
        finally
        {
            // A group that its last use did not take along.
            if (Directory.Exists(group))
            {
                Directory.Delete(group);
            }
        }
    }
}
