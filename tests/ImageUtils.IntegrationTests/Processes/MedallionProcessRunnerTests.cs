using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Processes;

namespace ImageUtils.IntegrationTests.Processes;

public sealed class MedallionProcessRunnerTests
{
    private static readonly string[] NastyWords =
    [
        "", " ", "-U", "--help", "a b", "a\"b", "a'b", "a\\", "\\\"", "a\\\"b", "a\nb", "a\tb", "$(touch pwned)", "`id`", "%PATH%", "*", "é", "\u202e", "{}", ";|&", "a,b", "~",
    ];

    private readonly RecordingLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MedallionProcessRunner Runner => new(_log, ["sudo", "-n"]);

    [Fact]
    public async Task Every_word_arrives_as_it_was_given()
    {
        ProcessResult result = await Runner.RunAsync(FakeProgram.Request(["args", .. NastyWords]), Token);
        Assert.Equal(NastyWords, JsonSerializer.Deserialize<string[]>(result.StandardOutput));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task The_locale_is_pinned_by_environment_and_not_by_words()
    {
        ProcessResult result = await Runner.RunAsync(FakeProgram.Request("environment", "LC_ALL", "LANG", "LANGUAGE"), Token);
        var found = JsonSerializer.Deserialize<Dictionary<string, string>>(result.StandardOutput)!;
        Assert.All(found.Values, value => Assert.Equal("C", value));
        Assert.StartsWith(FakeProgram.Path, result.CommandLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_streams_are_drained_and_their_ends_are_kept()
    {
        ProcessResult result = await Runner.RunAsync(FakeProgram.Request("flood", "both", "30000000"), Token);
        Assert.StartsWith("first", result.StandardError, StringComparison.Ordinal);
        Assert.EndsWith("last", result.StandardError, StringComparison.Ordinal);
        Assert.Contains("characters left out", result.StandardError, StringComparison.Ordinal);
        Assert.InRange(result.StandardError.Length, 64 << 10, 200_000);
        Assert.EndsWith("last", result.StandardOutput, StringComparison.Ordinal);
        Assert.InRange(result.StandardOutput.Length, 4 << 20, 5 << 20);
    }

    [Fact]
    public async Task Standard_input_is_empty_so_that_no_program_waits_for_it()
    {
        ProcessResult result = await Runner.RunAsync(FakeProgram.Request("read") with { Timeout = TimeSpan.FromSeconds(30) }, Token);
        Assert.Equal("0", result.StandardOutput);
    }

    [Fact]
    public async Task Output_comes_in_pieces_carriage_returns_and_all()
    {
        var pieces = new List<string>();
        ProcessRequest request = FakeProgram.Request("progress", "0.00", "50.00", "100.00") with { OnOutput = piece => pieces.Add(piece.ToString()) };
        ProcessResult result = await Runner.RunAsync(request, Token);
        Assert.True(pieces.Count > 1);
        Assert.Equal("    (0.00/100%)\r    (50.00/100%)\r    (100.00/100%)\r\n", string.Concat(pieces));
        Assert.Equal(string.Concat(pieces), result.StandardOutput);
    }

    [Fact]
    public async Task A_listener_that_fails_ends_the_program()
    {
        var ids = new FakeProgram.ProcessIds(1);
        ProcessRequest request = FakeProgram.Request("hang") with
        {
            OnOutput = piece =>
            {
                ids.Listen(piece);
                throw new InvalidDataException("enough");
            },
        };
        await Assert.ThrowsAsync<InvalidDataException>(() => Runner.RunAsync(request, Token));
        Assert.All(await ids.Known, id => Assert.Null(ProcessTree.Read(id)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(127)]
    public async Task The_exit_code_is_handed_on(int code)
    {
        ProcessResult result = await Runner.RunAsync(FakeProgram.Request("exit", code.ToString(System.Globalization.CultureInfo.InvariantCulture)), Token);
        Assert.Equal(code, result.ExitCode);
    }

    [Fact]
    public async Task An_end_by_a_signal_is_its_negative_number()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        ProcessResult result = await Runner.RunAsync(FakeProgram.Request("signal", "9"), Token);
        Assert.Equal(-9, result.ExitCode);
    }

    [Theory]
    [InlineData("signal", "2")]
    [InlineData("exit", "130")]
    public async Task An_end_by_interrupt_counts_as_cancelled(string command, string number)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are Unix.");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Runner.RunAsync(FakeProgram.Request(command, number), Token));
    }

    [Fact]
    public async Task A_missing_program_is_a_typed_error_that_says_where_it_was_looked_for()
    {
        var runner = new MedallionProcessRunner(_log, [], PlatformFacts.Current("/usr/bin:/nowhere:relative::"));
        ToolNotFoundException e = await Assert.ThrowsAsync<ToolNotFoundException>(
            () => runner.RunAsync(new ProcessRequest { FileName = "no-such-program", Arguments = [] }, Token));
        Assert.Equal("no-such-program", e.ToolName);
        Assert.Contains("/usr/bin, /nowhere", e.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("relative", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_in_the_current_folder_is_not_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a shell script.");
        string name = $"planted-{Guid.NewGuid():N}";
        string planted = Path.Combine(Environment.CurrentDirectory, name);
        await File.WriteAllTextAsync(planted, "#!/bin/sh\n", Token);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(planted, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }

            Assert.Null(Runner.Find(name));
            await Assert.ThrowsAsync<ToolNotFoundException>(() => Runner.RunAsync(new ProcessRequest { FileName = name, Arguments = [] }, Token));
        }
        finally
        {
            File.Delete(planted);
        }
    }

    [Fact]
    public void Only_files_that_may_be_executed_are_found()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Unix paths.");
        Assert.NotNull(Runner.Find("sh"));
        Assert.Equal("/bin/sh", Runner.Find("/bin/sh"));
        Assert.Null(Runner.Find("/etc/passwd"));
        Assert.Null(Runner.Find("/tmp"));
        Assert.Null(Runner.Find(""));
    }

    [Fact]
    public async Task Secrets_show_neither_in_the_log_nor_in_the_result()
    {
        ProcessRequest request = FakeProgram.Request("say", "out", "wrong: hunter2") with { Secrets = ["hunter2"] };
        ProcessResult result = await Runner.RunAsync(request, Token);
        Assert.DoesNotContain("hunter2", result.CommandLine + result.StandardError + string.Concat(_log.VerboseLines), StringComparison.Ordinal);
        Assert.Contains("***", result.CommandLine, StringComparison.Ordinal);
        Assert.Equal("wrong: ***", result.StandardError);
        Assert.Equal(result.CommandLine, Assert.Single(_log.VerboseLines));
    }
}
