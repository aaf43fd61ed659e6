using System.Diagnostics;
using System.Runtime.Versioning;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Privilege;

/// <summary>A volume that becomes the user's own for the while of its upload, where the root helper allows chown and not imageutils.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OwnershipTests(UnprivilegedUser user) : IClassFixture<UnprivilegedUser>
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(user.Folder, "volumes");

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task The_owner_is_changed_for_the_upload_and_put_back(string kind)
    {
        string helper = user.Begin(kind);
        using IDisposable rules = user.WithChownAlone();
        string volume = Volume(1 << 20);
        foreach (string format in new[] { "raw", "qcow2" })
        {
            CommandLine published = await user.RunAsync(helper, ["publish", volume, "--name", "a", "--disk-format", format, "--run-as-root", "--json", "--verbose"]);
            Assert.True(published.ExitCode == 0, published.Error);
            Assert.Contains($" chown -h 0 {volume}", published.Error, StringComparison.Ordinal);
            string id = published.Objects[0].GetProperty("imageId").GetString()!;
            if (format == "raw")
            {
                Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(Path.Combine(user.Home, "images", id, "data")));
            }

            Assert.Equal(0u, Owner(volume));
            Assert.Empty(Records());
        }
    }

    [Fact]
    public async Task A_failed_upload_puts_the_owner_back()
    {
        string helper = user.Begin("sudo");
        using IDisposable rules = user.WithChownAlone();
        string volume = Volume(1 << 20);
        CommandLine failed = await user.RunAsync(helper, ["publish", volume, "--name", "a", "--disk-format", "qcow2", "--volume-format", "qcow2", "--run-as-root", "--verbose"]);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains(" chown -h ", failed.Error, StringComparison.Ordinal);
        Assert.Equal(0u, Owner(volume));
        Assert.Empty(Records());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_upload_left_the_next_operation_puts_back_unless_it_is_another_file(bool isReplaced)
    {
        string helper = user.Begin("sudo");
        using IDisposable rules = user.WithChownAlone();
        string volume = Volume(4L << 30);
        using (Process process = user.Start(helper, ["publish", volume, "--name", "a", "--disk-format", "raw", "--run-as-root"]))
        {
            await UnprivilegedUser.UntilAsync(() => process.HasExited || Owner(volume) != 0, "The owner did not change.");
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Token);
        }

        uint self = FileIdentity.Of(user.Home)!.OwnerId!.Value;
        Assert.Equal(self, Owner(volume));
        Assert.Single(Records());
        if (isReplaced)
        {
            File.Move(volume, volume + ".old");
            await File.WriteAllTextAsync(volume, "another", Token);
            Assert.Equal(0, LoopDevice.Run("chown", user.Name, volume).Code);
        }

        await File.WriteAllBytesAsync(Path.Combine(user.Home, "own.raw"), new byte[512], Token);
        CommandLine next = await user.RunAsync(helper, ["info", "own.raw"]);
        Assert.Equal(0, next.ExitCode);
        Assert.Equal(isReplaced, next.Error.Contains("is not the file any more", StringComparison.Ordinal));
        Assert.Equal(isReplaced ? self : 0, Owner(volume));
        Assert.Empty(Records());
    }

    [Fact]
    public async Task Where_the_owner_cannot_be_put_back_the_record_stays_for_the_next_time()
    {
        string helper = user.Begin("sudo");
        string volume = Volume(4L << 30);
        using (user.WithChownAlone())
        {
            using Process process = user.Start(helper, ["publish", volume, "--name", "a", "--disk-format", "raw", "--run-as-root"]);
            await UnprivilegedUser.UntilAsync(() => process.HasExited || Owner(volume) != 0, "The owner did not change.");
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Token);
        }

        await File.WriteAllBytesAsync(Path.Combine(user.Home, "own.raw"), new byte[512], Token);
        CommandLine refused = await user.RunAsync(helper, ["info", "own.raw"]);
        Assert.Equal(0, refused.ExitCode);
        Assert.Contains("was not given back", refused.Error, StringComparison.Ordinal);
        Assert.Single(Records());
        using IDisposable rules = user.WithChownAlone();
        CommandLine next = await user.RunAsync(helper, ["info", "own.raw"]);
        Assert.Equal((0, string.Empty), (next.ExitCode, next.Error));
        Assert.Equal(0u, Owner(volume));
        Assert.Empty(Records());
    }

    private static uint Owner(string path) => FileIdentity.OfLink(path)!.OwnerId!.Value;

    private string[] Records() => Directory.Exists(Path.Combine(user.Home, "conversion")) ? Directory.GetFiles(Path.Combine(user.Home, "conversion"), ".iu-owner_*") : [];

    /// <summary>A volume of root's in a folder that everybody may enter.</summary>
    private string Volume(long size)
    {
        Assert.Equal(0, LoopDevice.Run("rm", "-rf", Folder).Code);
        Directory.CreateDirectory(Folder);
        string volume = Path.Combine(Folder, "disk.raw");
        using (FileStream file = File.Create(volume))
        {
            file.Write("begin"u8);
            file.SetLength(size);
        }

        File.SetUnixFileMode(volume, OwnerOnly);
        return volume;
    }
}
