using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Conversion;
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

    private static QemuImg Tool(FakeQemuImg program) => new(new OperationContext
    {
        Options = new ImageUtilsOptions { ImageConversionDirectory = "/c", LocalImageDirectory = "/i" },
        Processes = program,
        Inspector = new ImageInspector(),
    });
}
