using System.Text.Json;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary>The built program against broken tools, a system without locks, and its own files as destination.</summary>
public sealed class HardenedCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_upload_works_where_files_cannot_be_locked_and_says_what_that_means()
    {
        _folder.RawDisk("a.raw");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_SYSTEM_IO_DISABLEFILELOCKING"] = "1" };
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["publish", "a.raw", "--name", "a", "--json"], variables: variables);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("cannot be locked", run.Error, StringComparison.Ordinal);
        string folder = Assert.Single(Directory.GetDirectories(_folder.File("images")));
        Assert.Equal(["data", "image.json"], Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_fetch_onto_the_images_own_data_is_refused_and_the_image_stays()
    {
        _folder.RawDisk("a.raw");
        Assert.Equal(0, (await CommandLine.RunAsync(_folder.Path, ["publish", "a.raw", "--name", "a", "--json"])).ExitCode);
        string data = Path.Combine(Assert.Single(Directory.GetDirectories(_folder.File("images"))), "data");
        string id = Path.GetFileName(Path.GetDirectoryName(data)!);
        byte[] before = await File.ReadAllBytesAsync(data, TestContext.Current.CancellationToken);
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["fetch", id, data, "--force"]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("both source and destination", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(data, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("exit 3")]
    [InlineData("echo garbage")]
    [InlineData(null)]
    public async Task A_broken_qemu_img_is_not_available(string? script)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Needs a shell.");
            return;
        }

        string program = _folder.File("qemu-img");
        await File.WriteAllTextAsync(program, script is null ? "\u0001\u0002 no program" : $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["IMAGEUTILS_QEMU_IMG_PATH"] = program };
        CommandLine run = await CommandLine.RunAsync(_folder.Path, ["tools", "--json"], variables: variables);
        JsonElement tool = run.Objects.Single(found => found.GetProperty("name").GetString() == "qemu-img");
        Assert.False(tool.GetProperty("isAvailable").GetBoolean());
        Assert.Contains("cannot be used as qemu-img", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qcow2", true)]
    [InlineData("vhd", true)]
    [InlineData("vdi", true)]
    [InlineData("parallels", true)]
    [InlineData("raw", true)]
    [InlineData("vmdk", false)]
    [InlineData("vhdx", false)]
    public async Task An_empty_disk_becomes_what_can_hold_it(string format, bool isPossible)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        await File.WriteAllBytesAsync(workshop.File("empty"), [], TestContext.Current.CancellationToken);
        Exception? e = await Record.ExceptionAsync(() => workshop.Converter.ConvertAsync(workshop.Request("empty", "result", format), TestContext.Current.CancellationToken));
        Assert.Equal(isPossible ? null : "cannot hold an empty disk", e is null ? null : e.Message.Contains("cannot hold an empty disk", StringComparison.Ordinal) ? "cannot hold an empty disk" : e.Message);
        Assert.Equal(isPossible ? ["empty", "result"] : ["empty"], workshop.Names());
    }
}
