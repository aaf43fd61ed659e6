using System.Diagnostics;
using System.Runtime.Versioning;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Privilege;

/// <summary>Results in folders that only root may write, made by a user who is not root: with sudo, and with rootwrap.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RootFolderTests(UnprivilegedUser user) : IClassFixture<UnprivilegedUser>
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Raw => Path.Combine(user.Closed, "disk.raw");

    [Theory]
    [InlineData("sudo", "raw")]
    [InlineData("sudo", "vmdk")]
    [InlineData("rootwrap", "raw")]
    [InlineData("rootwrap", "qcow2")]
    public async Task The_result_appears_whole_and_is_roots(string kind, string format)
    {
        string helper = user.Begin(kind);
        string image = user.Qcow2("disk.qcow2");
        string result = Path.Combine(user.Closed, "result");
        CommandLine converted = await user.RunAsync(helper, ["convert", image, result, "--to", format, "--run-as-root", "--json"]);
        Assert.Equal((0, string.Empty), (converted.ExitCode, converted.Error));
        Assert.Equal((format, 8 << 20), (converted.Objects[0].GetProperty("format").GetString(), converted.Objects[0].GetProperty("virtualSize").GetInt32()));
        Assert.True(converted.Objects[0].GetProperty("bytesWritten").GetInt64() > 1 << 20);
        Assert.Equal((0u, OwnerOnly), (FileIdentity.Of(result)!.OwnerId!.Value, File.GetUnixFileMode(result)));
        Assert.Equal(0, LoopDevice.Run("qemu-img", "compare", "-f", "raw", "-F", format, Raw, result).Code);
        Assert.Equal(["disk.qcow2", "disk.raw", "result"], Names());
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_by_force_and_stays_its_owners()
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("disk.qcow2");
        string result = Path.Combine(user.Closed, "result");
        await File.WriteAllTextAsync(result, "old", Token);
        const UnixFileMode shared = OwnerOnly | UnixFileMode.GroupRead;
        Assert.Equal(0, LoopDevice.Run("chown", "1:2", result).Code);
        File.SetUnixFileMode(result, shared | UnixFileMode.SetUser);
        CommandLine refused = await user.RunAsync(helper, ["convert", image, result, "--run-as-root"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"'{result}' exists already", refused.Error, StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync(result, Token));

        CommandLine replaced = await user.RunAsync(helper, ["convert", image, result, "--run-as-root", "--force"]);
        Assert.Equal((0, string.Empty), (replaced.ExitCode, replaced.Error));
        Assert.Equal(Workshop.Sha256(Raw), Workshop.Sha256(result));
        Assert.Equal((1u, 2u, shared), (FileIdentity.Of(result)!.OwnerId!.Value, FileIdentity.Of(result)!.GroupId!.Value, File.GetUnixFileMode(result)));
        Assert.Equal(["disk.qcow2", "disk.raw", "result"], Names());
    }

    [Fact]
    public async Task No_link_is_followed_where_a_user_could_have_made_it()
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("disk.qcow2");
        string target = Path.Combine(user.Closed, "target");
        await File.WriteAllTextAsync(target, "precious", Token);
        File.CreateSymbolicLink(Path.Combine(user.Closed, "link"), target);
        CommandLine replaced = await user.RunAsync(helper, ["convert", image, Path.Combine(user.Closed, "link"), "--run-as-root", "--force"]);
        Assert.Equal((0, string.Empty), (replaced.ExitCode, replaced.Error));
        Assert.Equal("precious", await File.ReadAllTextAsync(target, Token));
        Assert.True(FileIdentity.OfLink(Path.Combine(user.Closed, "link"))!.IsRegularFile);

        // Through a link of his own the user is led to the folder's real name, which the rules are for; the program itself goes nowhere.
        string door = Path.Combine(user.Home, "door");
        Directory.CreateSymbolicLink(door, user.Closed);
        Assert.Equal(0, LoopDevice.Run("chown", "-h", user.Name, door).Code);
        foreach ((string verb, string name) in new[] { ("write-file", "new"), ("serve-file", "disk.raw") })
        {
            CommandLine served = await CommandLine.RunAsync(user.Folder, [verb, Path.Combine(door, name)]);
            Assert.Equal(1, served.ExitCode);
            Assert.Contains("link that somebody else than root may have made", served.Output, StringComparison.Ordinal);
        }

        // Root's own links are as good as their targets: /dev is full of them.
        Directory.CreateSymbolicLink(Path.Combine(user.Folder, "alias"), "closed/../closed");
        CommandLine own = await user.RunAsync(helper, ["info", Path.Combine(user.Folder, "alias", "disk.qcow2"), "--run-as-root"]);
        Assert.Equal((0, string.Empty), (own.ExitCode, own.Error));
        File.Delete(Path.Combine(user.Folder, "alias"));
    }

    [Fact]
    public async Task The_source_is_never_its_own_destination()
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("disk.qcow2");
        Assert.Equal(0, LoopDevice.Run("ln", image, Path.Combine(user.Closed, "other")).Code);
        CommandLine refused = await user.RunAsync(helper, ["convert", image, Path.Combine(user.Closed, "other"), "--run-as-root", "--force"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("both source and destination", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["disk.qcow2", "disk.raw", "other"], Names());
    }

    [Theory]
    [InlineData("sudo", "-INT")]
    [InlineData("rootwrap", "-INT")]
    [InlineData("sudo", "-KILL")]
    public async Task Nothing_is_left_after_a_cancellation_or_a_kill(string kind, string signal)
    {
        string helper = user.Begin(kind);
        string image = user.Qcow2("slow.qcow2");
        using Process process = user.Start(helper, ["convert", image, Path.Combine(user.Closed, "result"), "--max-rate", "64K", "--run-as-root"]);
        await UnprivilegedUser.UntilAsync(() => process.HasExited || IsConverting(image), "qemu-img did not start.");
        Assert.False(process.HasExited, process.HasExited ? await process.StandardError.ReadToEndAsync(Token) : string.Empty);
        Assert.Single(Names(), name => name.EndsWith(".part", StringComparison.Ordinal));
        Assert.Equal(0, LoopDevice.Run("kill", signal, FormattableString.Invariant($"{process.Id}")).Code);
        await process.WaitForExitAsync(Token);
        await UnprivilegedUser.UntilAsync(() => Names() is ["disk.raw", "slow.qcow2"], "Something is left.");

        // What was killed cannot end what it had root run; that writes into a file that has no name any more.
        foreach (int left in UnprivilegedUser.ProcessesNaming(image))
        {
            LoopDevice.Run("kill", "-KILL", FormattableString.Invariant($"{left}"));
        }

        await UnprivilegedUser.UntilAsync(() => !UnprivilegedUser.ProcessesNaming(image).Any(), "A program is left.");
        Assert.Equal(["disk.raw", "slow.qcow2"], Names());
    }

    [Theory]
    [InlineData("qemu-img", "signal 9")]
    [InlineData("imageutils", "does not answer any more")]
    public async Task A_program_of_root_that_is_killed_is_an_error_and_leaves_no_result(string program, string said)
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("slow.qcow2");
        using Process process = user.Start(helper, ["convert", image, Path.Combine(user.Closed, "result"), "--max-rate", "256K", "--run-as-root"]);
        Task<string> error = process.StandardError.ReadToEndAsync(Token);
        await UnprivilegedUser.UntilAsync(() => process.HasExited || IsConverting(image), "qemu-img did not start.");
        string what = program == "qemu-img" ? image : Path.Combine(user.Closed, "result");
        int id = Assert.Single(UnprivilegedUser.ProcessesNaming(what), id => Path.GetFileName(new FileInfo(FormattableString.Invariant($"/proc/{id}/exe")).LinkTarget!) == program && id != process.Id);
        Assert.Equal(0, LoopDevice.Run("kill", "-KILL", FormattableString.Invariant($"{id}")).Code);
        await process.WaitForExitAsync(Token);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains(said, await error, StringComparison.Ordinal);
        Assert.DoesNotContain("result", Names());

        // Only its own SIGKILL keeps the program from tidying up; the next one does it then.
        Assert.Equal(program == "qemu-img" ? 0 : 1, Names().Count(name => name.EndsWith(".part", StringComparison.Ordinal)));
        CommandLine next = await user.RunAsync(helper, ["convert", image, Path.Combine(user.Closed, "result"), "--run-as-root"]);
        Assert.Equal((0, string.Empty), (next.ExitCode, next.Error));
        Assert.Equal(["disk.raw", "result", "slow.qcow2"], Names());
    }

    [Fact]
    public async Task What_a_killed_program_of_root_left_the_next_one_removes()
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("disk.qcow2");
        foreach (string name in new[] { ".iu-4194399-1-00c0ffee.part", FormattableString.Invariant($".iu-{Environment.ProcessId}-0-00c0ffee.part"), "other.part" })
        {
            await File.WriteAllTextAsync(Path.Combine(user.Closed, name), "left", Token);
        }

        CommandLine converted = await user.RunAsync(helper, ["convert", image, Path.Combine(user.Closed, "result"), "--run-as-root"]);
        Assert.Equal((0, string.Empty), (converted.ExitCode, converted.Error));
        Assert.Equal([FormattableString.Invariant($".iu-{Environment.ProcessId}-0-00c0ffee.part"), "disk.qcow2", "disk.raw", "other.part", "result"], Names());
    }

    [Fact]
    public async Task A_full_disk_behind_closed_doors_is_named_by_its_mount_point()
    {
        string helper = user.Begin("sudo");
        string image = user.Qcow2("disk.qcow2");
        string small = Directory.CreateDirectory(Path.Combine(user.Closed, "small")).FullName;
        Assert.SkipUnless(LoopDevice.Run("mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", small).Code == 0, "A small tmpfs cannot be mounted here.");
        try
        {
            CommandLine full = await user.RunAsync(helper, ["convert", image, Path.Combine(small, "result"), "--run-as-root"]);
            Assert.Equal(1, full.ExitCode);
            Assert.Contains($"Insufficient free space on {small}.", full.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.GetFileSystemEntries(small));
        }
        finally
        {
            Assert.Equal(0, LoopDevice.Run("umount", small).Code);
        }
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task Rules_of_a_folder_open_that_folder_alone(string kind)
    {
        string helper = user.Begin(kind);
        string image = user.Qcow2("disk.qcow2");
        string inside = Directory.CreateDirectory(Path.Combine(user.Closed, "inside")).FullName;
        using IDisposable rules = user.WithRulesOf(inside);
        File.Move(image, Path.Combine(inside, "disk.qcow2"));
        CommandLine allowed = await user.RunAsync(helper, ["convert", Path.Combine(inside, "disk.qcow2"), Path.Combine(inside, "result"), "--run-as-root"]);
        Assert.Equal((0, string.Empty), (allowed.ExitCode, allowed.Error));
        foreach (string outside in new[] { Path.Combine(user.Closed, "result"), Path.Combine(inside + "2", "result") })
        {
            CommandLine refused = await user.RunAsync(helper, ["convert", Path.Combine(inside, "disk.qcow2"), outside, "--run-as-root"]);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains($"The root helper '{helper}' cannot be used", refused.Error, StringComparison.Ordinal);
        }

        Assert.Equal(["disk.raw", "inside"], Names());
    }

    [Fact]
    public async Task An_image_of_a_service_becomes_a_volume_of_root()
    {
        string helper = user.Begin("sudo");
        user.Qcow2("disk.qcow2");
        File.Copy(Raw, Path.Combine(user.Home, "own.raw"));
        File.SetUnixFileMode(Path.Combine(user.Home, "own.raw"), OwnerOnly | UnixFileMode.OtherRead);
        CommandLine published = await user.RunAsync(helper, ["publish", "own.raw", "--name", "a", "--disk-format", "raw", "--json"]);
        string id = published.Objects[0].GetProperty("imageId").GetString()!;
        string result = Path.Combine(user.Closed, "result");
        CommandLine fetched = await user.RunAsync(helper, ["convert", "--image", id, result, "--to", "raw", "--run-as-root"]);
        Assert.Equal((0, string.Empty), (fetched.ExitCode, fetched.Error));
        Assert.Equal(Workshop.Sha256(Raw), Workshop.Sha256(result));
        CommandLine missing = await user.RunAsync(helper, ["convert", "own.raw", Path.Combine(user.Closed, "none", "result"), "--run-as-root"]);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains($"{Path.Combine(user.Closed, "none")}", missing.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("proc", missing.Error, StringComparison.Ordinal);
    }

    /// <summary>Not before it has the result open, which it gives its length at once, is it in the middle of its work.</summary>
    private bool IsConverting(string image) =>
        UnprivilegedUser.CommandsNaming(image).Any(command => Path.GetFileName(command.Split(' ')[0]) == "qemu-img")
        && Directory.EnumerateFiles(user.Closed, "*.part").Any(part => new FileInfo(part) is { Exists: true, Length: > 0 });

    private string[] Names() => [.. Directory.GetFileSystemEntries(user.Closed).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
