using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Qemu;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Qemu;

/// <summary>The version of qemu-img, as it is asked for and compared.</summary>
public sealed class QemuImgToolTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Behaviours 027 and 028 of the reference; cinder keeps the first answer for ever.
    [Fact]
    public async Task The_version_is_asked_for_each_time_and_the_exit_code_does_not_matter()
    {
        var program = new FakeQemuImg { Says = "qemu-img version 2.0.0\n", ExitCode = 1 };
        Assert.Equal("2.0.0", (await Tool(program).GetVersionAsync(Token))?.Text);
        Assert.Equal("2.0.0", (await Tool(program).FindToolAsync("1.8", Token)).Version);
        Assert.Equal(["--version", "--version"], program.Asked.SelectMany(asked => asked.Arguments));
    }

    [Theory]
    [InlineData("no such thing", 0, null)]
    [InlineData("", 3, null)]
    [InlineData("qemu-img version 7.2.0", 3, "7.2.0")]
    public async Task A_program_that_fails_or_says_no_version_is_not_available(string says, int exitCode, string? version)
    {
        var log = new RecordingLog();
        var program = new FakeQemuImg { Says = says, ExitCode = exitCode };
        ImageTool tool = await Tool(program, log).FindToolAsync(null, Token);
        Assert.Equal((false, version, "/usr/bin/qemu-img"), (tool.IsAvailable, tool.Version, tool.Path));
        Assert.Empty(tool.Features);
        Assert.Contains("/usr/bin/qemu-img", Assert.Single(log.Warnings), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Single(program.Asked).Timeout);
    }

    [Fact]
    public async Task A_program_that_does_not_answer_in_time_is_not_available()
    {
        var log = new RecordingLog();
        var program = new FakeQemuImg { Says = "qemu-img version 7.2.0", Write = _ => throw new TimedOutException("qemu-img --version", TimeSpan.FromSeconds(10)) };
        Assert.False((await Tool(program, log).FindToolAsync(null, Token)).IsAvailable);
        Assert.Contains("10 seconds", Assert.Single(log.Warnings), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ToolTooOldException>(() => Tool(program, log).FindToolAsync("2.0", Token));
    }

    [Fact]
    public async Task A_good_program_is_available_without_a_word()
    {
        var log = new RecordingLog();
        Assert.True((await Tool(new FakeQemuImg { Says = "qemu-img version 7.2.0" }, log).FindToolAsync("2.0", Token)).IsAvailable);
        Assert.Empty(log.Warnings);
    }

    [Fact]
    public async Task An_answer_that_is_not_understood_is_called_that()
    {
        var program = new FakeQemuImg { Says = "no JSON", StandardError = "beside" };
        ToolFailedException e = await Assert.ThrowsAsync<ToolFailedException>(() => Tool(program).InfoAsync(new QemuSource("/a", DiskFormat.Raw), forceShare: false, runAsRoot: false, Token));
        Assert.Contains("not understood", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("exit code", e.Message, StringComparison.Ordinal);
        Assert.Equal("beside", e.StandardError);
    }

    // Behaviours 029, 031 and 032.
    [Fact]
    public async Task A_program_that_does_not_say_its_version_is_too_old_for_any_minimum()
    {
        var program = new FakeQemuImg { Says = "no such thing" };
        Assert.Null((await Tool(program).FindToolAsync(null, Token)).Version);
        Assert.Equal("unknown", (await Assert.ThrowsAsync<ToolTooOldException>(() => Tool(program).FindToolAsync("2.0", Token))).Version);
        await Assert.ThrowsAsync<ToolTooOldException>(() => Tool(new FakeQemuImg { Says = "qemu-img version 1.8" }).FindToolAsync("2.0", Token));
        await Assert.ThrowsAsync<ToolNotFoundException>(() => Tool(new FakeQemuImg { IsThere = false }).FindToolAsync("2.0", Token));
    }

    private static QemuImg Tool(FakeQemuImg program, IOperationLog? log = null) => new(new OperationContext
    {
        Options = new ImageUtilsOptions { ImageConversionDirectory = "/c", LocalImageDirectory = "/i" },
        Processes = program,
        Inspector = new ImageInspector(),
        Log = log ?? SilentLog.Instance,
    });
}
