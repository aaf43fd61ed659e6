using System.Runtime.Versioning;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Documentation;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Privilege;

/// <summary>The cmdlets, in a PowerShell of a user who is not root, on files that only root may read or write.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RootCmdletTests(UnprivilegedUser user) : IClassFixture<UnprivilegedUser>
{
    private const string Prologue = """
        $ErrorActionPreference = 'Continue'
        $ProgressPreference = 'SilentlyContinue'
        Import-Module $env:IMAGEUTILS_TEST_MODULE -ErrorAction Stop
        $image = "$env:IMAGEUTILS_TEST_CLOSED/disk.qcow2"
        $raw = "$env:IMAGEUTILS_TEST_CLOSED/disk.raw"

        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sudo")]
    [InlineData("rootwrap")]
    public async Task Cmdlets_work_as_root_where_a_rule_allows_it(string kind)
    {
        string helper = user.Begin(kind);
        user.Qcow2("disk.qcow2");
        CommandLine said = await RunAsync(helper, """
            $ErrorActionPreference = 'Stop'
            $info = Get-QemuImageInfo -LiteralPath $image -RunAsRoot
            "$($info.Format) $($info.VirtualSize) $($info.IsSafe)"
            $mine = Convert-VolumeImage -LiteralPath $image -Destination mine.raw -RunAsRoot
            "$($mine.Format) $($mine.Engine)"
            $theirs = Convert-VolumeImage -LiteralPath $image -Destination "$env:IMAGEUTILS_TEST_CLOSED/result" -OutputFormat vhd -RunAsRoot
            "$($theirs.Format) $($theirs.Path)"
            $published = Publish-VolumeImage -LiteralPath $raw -Name a -DiskFormat raw -RunAsRoot
            "$($published.DiskFormat) $($published.Size) $($published.Hash.Length)"
            $resized = Resize-VolumeImage -LiteralPath $image -SizeBytes 16MB -RunAsRoot -PassThru
            "$($resized.Format) $($resized.VirtualSize)"
            """);
        Assert.Equal((0, string.Empty), (said.ExitCode, said.Error));
        Assert.Equal(
            [$"qcow2 {8 << 20} True", "raw qemu-img", $"vhd {Path.Combine(user.Closed, "result")}", $"raw {8 << 20} 128", $"qcow2 {16 << 20}"],
            said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(Workshop.Sha256(Path.Combine(user.Closed, "disk.raw")), Workshop.Sha256(Path.Combine(user.Home, "mine.raw")));
        Assert.Equal(0u, FileIdentity.Of(Path.Combine(user.Closed, "result"))!.OwnerId);
        Assert.NotEqual(0u, FileIdentity.Of(Path.Combine(user.Home, "mine.raw"))!.OwnerId);
    }

    [Theory]
    [InlineData("sudo")]
    [InlineData("bare")]
    public async Task Without_a_rule_each_cmdlet_says_so_and_writes_nothing(string kind)
    {
        string helper = user.Begin(kind);
        string image = user.Qcow2("disk.qcow2");
        string before = Workshop.Sha256(image);
        using IDisposable? rules = kind == "sudo" ? user.WithoutRules() : null;
        CommandLine said = await RunAsync(helper, """
            Set-Content own.raw ('x' * 512) -NoNewline
            $closed = $env:IMAGEUTILS_TEST_CLOSED
            $calls = @(
                { Get-QemuImageInfo -LiteralPath $image -RunAsRoot -ErrorAction SilentlyContinue -ErrorVariable script:problem }
                { Convert-VolumeImage -LiteralPath $image -Destination mine.raw -RunAsRoot -ErrorAction SilentlyContinue -ErrorVariable script:problem }
                { Convert-VolumeImage -LiteralPath own.raw -Destination "$closed/result" -RunAsRoot -ErrorAction SilentlyContinue -ErrorVariable script:problem }
                { Publish-VolumeImage -LiteralPath $raw -Name a -DiskFormat raw -RunAsRoot -ErrorAction SilentlyContinue -ErrorVariable script:problem }
                { Resize-VolumeImage -LiteralPath $image -SizeBytes 16MB -RunAsRoot -ErrorAction SilentlyContinue -ErrorVariable script:problem }
            )
            foreach ($call in $calls) {
                $script:problem = $null
                & $call
                "$($problem.Count) $(($problem[0].FullyQualifiedErrorId -split ',')[0]) $($problem[0].CategoryInfo.Category)"
            }
            """);
        Assert.Equal((0, string.Empty), (said.ExitCode, said.Error));
        Assert.Equal(Enumerable.Repeat("1 RootHelperUnavailable ResourceUnavailable", 5), said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(before, Workshop.Sha256(image));
        Assert.Equal(["disk.qcow2", "disk.raw"], Directory.GetFileSystemEntries(user.Closed).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));

        // PowerShell itself keeps things in hidden folders of the home.
        Assert.Equal(["own.raw"], Directory.GetFileSystemEntries(user.Home).Where(path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Any() : true).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')));
    }

    private async Task<CommandLine> RunAsync(string helper, string script)
    {
        string output = Path.Combine(CompatibilityPage.Root, "output");
        string built = Path.Combine(output, "ImageUtils.PowerShell");
        Assert.SkipUnless(File.Exists(Path.Combine(built, "ImageUtils.PowerShell.psd1")), "The module is not built here (build.sh build).");
        string? pwsh = ExecutableSearch.Find("pwsh", null) ?? ExecutableSearch.Find(Path.Combine(output, "tools", "pwsh"), null);
        Assert.SkipWhen(pwsh is null, "PowerShell is not installed.");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = $"{Path.GetDirectoryName(user.Program)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["POWERSHELL_UPDATECHECK"] = "Off",
            ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
            ["IMAGEUTILS_TEST_CLOSED"] = user.Closed,
            ["IMAGEUTILS_TEST_MODULE"] = Path.Combine(user.Folder, "module", "ImageUtils.PowerShell.psd1"),
        };
        CommandLine able = await user.RunAsync(helper, ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", "1"], variables: variables, program: pwsh);
        Assert.SkipUnless(able.ExitCode == 0, $"Another user cannot run this PowerShell: {able.Error}");
        string module = Path.Combine(user.Folder, "module");
        if (!Directory.Exists(module))
        {
            Assert.Equal(0, LoopDevice.Run("cp", "-r", built, module).Code);
            Assert.Equal(0, LoopDevice.Run("chmod", "-R", "a+rX", module).Code);
        }

        string file = Path.Combine(user.Folder, "script.ps1");
        await File.WriteAllTextAsync(file, Prologue + script, Token);
        return await user.RunAsync(helper, ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", file], variables: variables, program: pwsh);
    }
}
