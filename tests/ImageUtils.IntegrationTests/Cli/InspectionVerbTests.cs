using System.Diagnostics;
using System.Net.Sockets;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary><c>imageutils info</c> and <c>imageutils check</c>: chains, claims, and paths that lead to no file.</summary>
public sealed class InspectionVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_chain_is_an_object_a_line_the_top_first()
    {
        Workshop.RequireQemuImg();
        await QemuImgAsync("create", "-q", "-f", "raw", "base", "4M");
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-b", "base", "-F", "raw", "middle");
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-b", "middle", "-F", "qcow2", "top");
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["info", "top", "--backing-chain", "--json"]);
        Assert.Equal((0, string.Empty), (run.ExitCode, run.Error));
        Assert.Equal(["top", "middle", "base"], run.Objects.Select(link => Path.GetFileName(link.GetProperty("path").GetString())));
        Assert.Equal(_folder.File("base"), run.Objects[1].GetProperty("fullBackingFile").GetString());
        Assert.Single((await CommandLine.RunAsync(_folder.Path, ["info", "top", "--json"])).Objects);
    }

    [Fact]
    public async Task A_chain_that_breaks_prints_what_is_whole_and_names_both_files()
    {
        Workshop.RequireQemuImg();
        await QemuImgAsync("create", "-q", "-f", "qcow2", "-u", "-b", "gone", "-F", "qcow2", "top", "4M");
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["info", "top", "--backing-chain", "--json"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Objects);
        Assert.Contains(_folder.File("gone"), run.Error, StringComparison.Ordinal);
        Assert.Contains(_folder.File("top"), run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task Luks_that_is_claimed_to_be_raw_passes_only_where_it_is_allowed(bool isAllowed, int exitCode)
    {
        Workshop.RequireQemuImg();
        await QemuImgAsync("create", "-q", "-f", "luks", "--object", "secret,id=s,data=only-a-test", "-o", "key-secret=s,iter-time=200", "volume", "1M");
        string[] words = ["check", "volume", "--claimed-format", "raw", "--json"];
        CommandLine run = await CommandLine.RunAsync(_folder.Path, isAllowed ? [.. words, "--allow-luks"] : words);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(isAllowed, run.Objects[0].GetProperty("isAcceptable").GetBoolean());
    }

    [Fact]
    public async Task A_check_that_nobody_knows_is_answered_with_the_known_ones_in_one_sentence()
    {
        await File.WriteAllBytesAsync(_folder.File("disk"), new byte[4096], TestContext.Current.CancellationToken);
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["check", "disk", "--ignore-check", "no_check"]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("imageutils: Argument 'no_check' not recognized. Must be one of: 'claimed_format', 'single_format', ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("\\x", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("info")]
    [InlineData("check")]
    public async Task What_is_no_file_has_an_answer_at_once(string verb)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes and devices have other names elsewhere.");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder.File("socket")));
        Assert.Equal(0, (await new MedallionProcessRunner(ImageUtils.Operations.SilentLog.Instance, []).RunAsync(new ProcessRequest { FileName = "mkfifo", Arguments = [_folder.File("pipe")] }, TestContext.Current.CancellationToken)).ExitCode);
        Directory.CreateDirectory(_folder.File("folder"));
        File.CreateSymbolicLink(_folder.File("dangling"), "nowhere");
        File.CreateSymbolicLink(_folder.File("loop"), "loop");
        File.CreateSymbolicLink(_folder.File("to-pipe"), "pipe");
        string[] paths = ["socket", "pipe", "folder", "dangling", "loop", "to-pipe", "/dev/zero", "/dev/tty", "/proc/self/mem"];
        var clock = Stopwatch.StartNew();
        CommandLine run = await CommandLine.RunAsync(_folder.Path, [verb, .. paths, "--json"]);
        Assert.Equal((1, string.Empty), (run.ExitCode, run.Output));
        Assert.Equal(paths.Length, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public async Task Files_shorter_than_a_sector_have_an_answer()
    {
        string[] names = [.. new[] { 0, 1, 3, 4, 8, 64, 510, 511 }.Select(length => Short(length))];
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["info", .. names, "--json"]);
        Assert.Equal((0, names.Length), (run.ExitCode, run.Objects.Count));
        Assert.All(run.Objects, one => Assert.Equal("raw", one.GetProperty("format").GetString()));
        Assert.Equal(0, (await CommandLine.RunAsync(_folder.Path, ["check", .. names, "--depth", "full", "--json"])).ExitCode);
    }

    private string Short(int length)
    {
        string name = FormattableString.Invariant($"short-{length}");
        File.WriteAllBytes(_folder.File(name), new byte[length]);
        return name;
    }

    private async Task QemuImgAsync(params string[] words)
    {
        // It times the key derivation of LUKS, and fails at random where the clock is coarse.
        const int Attempts = 30;
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            // Relative names are those of the folder that the images are in.
            using Process process = Process.Start(new ProcessStartInfo("qemu-img", words) { WorkingDirectory = _folder.Path, RedirectStandardError = true, UseShellExecute = false })!;
            string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (attempt == Attempts || !error.Contains("accurate CPU usage", StringComparison.Ordinal))
            {
                Assert.True(process.ExitCode == 0, error);
                return;
            }
        }
    }
}
