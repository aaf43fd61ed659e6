using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Processes;

public sealed class ProcessLimitsTests
{
    private readonly RecordingLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_kernel_is_told_the_limits()
    {
        MedallionProcessRunner runner = RunnerWithLimits();
        var request = new ProcessRequest
        {
            FileName = "sh",
            Arguments = ["-c", "ulimit -t; ulimit -v"],
            Limits = new ProcessLimits(TimeSpan.FromSeconds(60), 1L << 30),
            ShowLocale = true,
        };
        ProcessResult result = await runner.RunAsync(request, Token);
        Assert.Equal("60\n1048576\n", result.StandardOutput);
        Assert.Equal("prlimit --cpu=60 --as=1073741824 -- env LC_ALL=C sh -c 'ulimit -t; ulimit -v'", result.CommandLine);
    }

    [Fact]
    public async Task A_program_that_burns_its_time_is_killed_by_the_kernel()
    {
        ProcessRequest request = FakeProgram.Request("burn") with { Limits = new ProcessLimits(TimeSpan.FromSeconds(1), null), Timeout = TimeSpan.FromMinutes(2) };
        ProcessResult result = await RunnerWithLimits().RunAsync(request, Token);
        Assert.Equal(-UnixSignal.Kill, result.ExitCode);
    }

    [Fact]
    public async Task Memory_above_the_limit_is_refused()
    {
        var request = new ProcessRequest
        {
            FileName = "env",
            Arguments = ["DOTNET_GCHeapHardLimit=0x8000000", FakeProgram.Path, "allocate", (6L << 30).ToString(System.Globalization.CultureInfo.InvariantCulture)],
            Limits = new ProcessLimits(null, 4L << 30),
        };
        ProcessResult result = await RunnerWithLimits().RunAsync(request, Token);
        Assert.Equal("refused", result.StandardOutput);
    }

    [Fact]
    public async Task Without_prlimit_it_is_said_once_and_the_program_runs()
    {
        var runner = new MedallionProcessRunner(_log, [], PlatformFacts.Current() with { HasPrlimit = false });
        ProcessRequest request = FakeProgram.Request("exit", "0") with { Limits = new ProcessLimits(TimeSpan.FromSeconds(60), 1L << 30) };
        await runner.RunAsync(request, Token);
        await runner.RunAsync(request, Token);
        Assert.Single(_log.VerboseLines, line => line.StartsWith("prlimit", StringComparison.Ordinal));
        Assert.Equal(3, _log.VerboseLines.Count);
    }

    private MedallionProcessRunner RunnerWithLimits()
    {
        PlatformFacts facts = PlatformFacts.Current();
        Assert.SkipUnless(facts.HasPrlimit, "prlimit is not installed.");
        return new MedallionProcessRunner(_log, [], facts);
    }
}
