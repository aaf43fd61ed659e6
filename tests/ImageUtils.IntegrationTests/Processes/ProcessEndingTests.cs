using System.Diagnostics;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Processes;

/// <summary>How programs end that do not end by themselves, and that nothing of them is left.</summary>
public sealed class ProcessEndingTests
{
    private readonly RecordingLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MedallionProcessRunner Runner => new(_log, ["sudo", "-n"]);

    [Theory]
    [InlineData(1, "hang")]
    [InlineData(1, "ignore")]
    [InlineData(1, "burn")]
    [InlineData(2, "tree", "hang", "hang")]
    [InlineData(2, "tree", "ignore", "hang")]
    [InlineData(2, "tree", "ignore", "ignore")]
    public async Task A_cancellation_leaves_no_process(int processes, params string[] words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        IReadOnlyList<int> ids = await CancelAsync(Runner, FakeProgram.Request(words), processes);
        Assert.Equal(processes, ids.Count);
        Assert.All(ids, id => Assert.Null(ProcessTree.Read(id)));
    }

    [Fact]
    public async Task A_program_has_time_to_tidy_up_before_it_is_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are Unix.");
        var ids = new FakeProgram.ProcessIds(1);
        using var source = new CancellationTokenSource();
        Task<ProcessResult> run = Runner.RunAsync(FakeProgram.Request("ignore") with { OnOutput = ids.Listen }, source.Token);
        await ids.Known;
        var watch = Stopwatch.StartNew();
        await source.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(source.Token, e.CancellationToken);

        // The clock of a delay is coarser than a stopwatch.
        Assert.True(watch.Elapsed >= ProcessStopper.GraceTime - TimeSpan.FromMilliseconds(20), "It was killed without time to tidy up.");
    }

    [Fact]
    public async Task A_cancellation_before_the_start_starts_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Runner.RunAsync(FakeProgram.Request("hang"), source.Token));
        Assert.Empty(_log.VerboseLines);
    }

    [Fact]
    public async Task A_program_that_takes_too_long_is_ended_and_told_from_a_cancellation()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        IReadOnlyList<int>? known = null;
        for (int seconds = 2; known is null; seconds *= 2)
        {
            // On a busy machine a program may not even have begun after two seconds; then it is given longer.
            Assert.True(seconds <= 64, "The program never said its process id.");
            var ids = new FakeProgram.ProcessIds(1);
            ProcessRequest request = FakeProgram.Request("ignore") with { OnOutput = ids.Listen, Timeout = TimeSpan.FromSeconds(seconds) };
            TimedOutException e = await Assert.ThrowsAsync<TimedOutException>(() => Runner.RunAsync(request, Token));
            Assert.Equal(TimeSpan.FromSeconds(seconds), e.Limit);
            known = ids.SoFar;
        }

        Assert.All(known, id => Assert.Null(ProcessTree.Read(id)));
    }

    [Theory]
    [InlineData("hang")]
    [InlineData("flood")]
    public async Task A_grandchild_that_holds_the_pipe_does_not_hold_us(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        var ids = new FakeProgram.ProcessIds(1);
        ProcessRequest request = FakeProgram.Request("grandchild", command) with { OnOutput = ids.Listen };
        ProcessResult result = await Runner.RunAsync(request, Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
        int grandchild = (await ids.Known)[0];
        try
        {
            Assert.Equal(0, result.ExitCode);
            Assert.StartsWith("pid=", result.StandardOutput, StringComparison.Ordinal);
        }
        finally
        {
            UnixSignal.Send(grandchild, UnixSignal.Kill);
        }
    }

    [Fact]
    public async Task Behind_a_root_helper_the_program_itself_is_ended_with_its_wrapper()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Processes are looked up in /proc.");
        MedallionProcessRunner runner = Unprivileged("root");
        IReadOnlyList<int> ids = await CancelAsync(runner, FakeProgram.Request("ignore") with { RunAsRoot = true }, 1);
        Assert.All(ids, id => Assert.Null(ProcessTree.Read(id)));
        string[] lines = _log.VerboseLines.ToArray();
        Assert.Equal($"{FakeProgram.Path} root env LC_ALL=C {FakeProgram.Path} ignore", lines[0]);
        Assert.Equal($"{FakeProgram.Path} root kill -TERM {ids[0]}", lines[1]);
        Assert.Equal($"{FakeProgram.Path} root kill -KILL {ids[0]}", lines[2]);
    }

    [Fact]
    public async Task A_root_helper_that_refuses_is_told_from_a_program_that_fails()
    {
        RootHelperUnavailableException e = await Assert.ThrowsAsync<RootHelperUnavailableException>(
            () => Unprivileged("refuse").RunAsync(FakeProgram.Request("exit", "1") with { RunAsRoot = true }, Token));
        Assert.Contains("a password is required", e.Reason, StringComparison.Ordinal);
        ProcessResult failed = await Unprivileged("root").RunAsync(FakeProgram.Request("exit", "1") with { RunAsRoot = true }, Token);
        Assert.Equal(1, failed.ExitCode);
    }

    [Fact]
    public async Task A_root_helper_that_is_not_there_and_a_program_that_is_not_there_are_told_apart()
    {
        var request = new ProcessRequest { FileName = "no-such-program", Arguments = [], RunAsRoot = true };
        PlatformFacts facts = PlatformFacts.Current() with { IsRoot = false };
        await Assert.ThrowsAsync<RootHelperUnavailableException>(() => new MedallionProcessRunner(_log, ["no-such-helper", "-n"], facts).RunAsync(request, Token));
        await Assert.ThrowsAsync<RootHelperUnavailableException>(() => new MedallionProcessRunner(_log, [], facts).RunAsync(request, Token));
        await Assert.ThrowsAsync<ToolNotFoundException>(() => Unprivileged("root").RunAsync(request, Token));
    }

    [Fact]
    public async Task Root_needs_no_root_helper()
    {
        var runner = new MedallionProcessRunner(_log, ["no-such-helper"], PlatformFacts.Current() with { IsRoot = true });
        ProcessResult result = await runner.RunAsync(FakeProgram.Request("exit", "0") with { RunAsRoot = true }, Token);
        Assert.StartsWith(FakeProgram.Path, result.CommandLine, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<int>> CancelAsync(MedallionProcessRunner runner, ProcessRequest request, int processes)
    {
        var ids = new FakeProgram.ProcessIds(processes);
        using var source = new CancellationTokenSource();
        Task<ProcessResult> run = runner.RunAsync(request with { OnOutput = ids.Listen }, source.Token);
        IReadOnlyList<int> known = await ids.Known;
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        return known;
    }

    private MedallionProcessRunner Unprivileged(string helperCommand) =>
        new(_log, [FakeProgram.Path, helperCommand], PlatformFacts.Current() with { IsRoot = false });
}
