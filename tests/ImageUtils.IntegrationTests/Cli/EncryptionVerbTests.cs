using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary>Passphrases and ciphers on the command line.</summary>
public sealed class EncryptionVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EncryptionVerbTests()
    {
        Workshop.RequireQemuImg();
        _folder.RawDisk("disk");
        File.WriteAllText(_folder.File("one"), "first\n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Files_and_standard_input_lock_and_open()
    {
        CommandLine locked = await RunAsync("convert", "disk", "secret", "--to", "luks", "--cipher-spec", "aes-xts-plain64", "--key-size", "256", "--passphrase-file", "one", "--json");
        Assert.Equal(0, locked.ExitCode);
        Assert.Equal(("luks", 4 << 20), (locked.Objects[0].GetProperty("format").GetString(), locked.Objects[0].GetProperty("virtualSize").GetInt32()));
        CommandLine changed = await CommandLine.RunAsync(_folder.Path, ["convert", "secret", "other", "--to", "luks", "--source-passphrase-file", "one", "--passphrase-file", "-"], input: "second"u8.ToArray());
        Assert.Equal(0, changed.ExitCode);
        CommandLine opened = await CommandLine.RunAsync(_folder.Path, ["convert", "other", "back", "--source-passphrase-file", "-"], input: "second"u8.ToArray());
        Assert.Equal(0, opened.ExitCode);
        Assert.Equal(Workshop.Sha256(_folder.File("disk")), Workshop.Sha256(_folder.File("back")));

        CommandLine wrong = await CommandLine.RunAsync(_folder.Path, ["convert", "other", "again", "--source-passphrase-file", "-"], input: "no-such-pass"u8.ToArray());
        Assert.Equal((1, string.Empty), (wrong.ExitCode, wrong.Output));
        Assert.Contains("does not open", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("no-such-pass", wrong.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("again")));
    }

    [Theory]
    [InlineData(2, "--key-size", "convert", "disk", "x", "--to", "luks", "--key-size", "256", "--passphrase-file", "one")]
    [InlineData(2, "standard input", "convert", "disk", "x", "--to", "luks", "--passphrase-file", "-", "--source-passphrase-file", "-")]
    [InlineData(1, "none was given", "convert", "disk", "x", "--to", "luks")]
    [InlineData(1, "not a cipher specification", "convert", "disk", "x", "--to", "luks", "--cipher-spec", "aes", "--passphrase-file", "one")]
    [InlineData(1, "not encrypted", "convert", "disk", "x", "--source-passphrase-file", "one")]
    [InlineData(1, "luks, not raw", "convert", "disk", "x", "--passphrase-file", "one")]
    [InlineData(1, "none", "convert", "disk", "x", "--to", "luks", "--passphrase-file", "none")]
    public async Task What_makes_no_sense_is_refused_before_any_work(int code, string said, params string[] words)
    {
        CommandLine refused = await RunAsync(words);
        Assert.Equal((code, string.Empty), (refused.ExitCode, refused.Output));
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("x")));
    }

    [Fact]
    public async Task An_image_of_the_service_becomes_a_locked_volume()
    {
        CommandLine published = await RunAsync("publish", "disk", "--name", "disk", "--disk-format", "raw", "--json");
        string id = published.Objects[0].GetProperty("imageId").GetString()!;
        CommandLine locked = await RunAsync("convert", "--image", id, "volume", "--to", "luks", "--passphrase-file", "one", "--json");
        Assert.Equal(0, locked.ExitCode);
        Assert.Equal(("luks", id), (locked.Objects[0].GetProperty("format").GetString(), locked.Objects[0].GetProperty("sourceImageId").GetString()));
        Assert.Equal(0, (await RunAsync("convert", "volume", "back", "--source-passphrase-file", "one")).ExitCode);
        Assert.Equal(Workshop.Sha256(_folder.File("disk")), Workshop.Sha256(_folder.File("back")));
    }

    [Fact]
    public async Task An_image_of_the_service_goes_to_a_device()
    {
        using LoopDevice device = LoopDevice.Over(_folder.File("device"), 6 << 20);
        CommandLine published = await RunAsync("publish", "disk", "--name", "disk", "--disk-format", "raw", "--json");
        string id = published.Objects[0].GetProperty("imageId").GetString()!;
        CommandLine written = await RunAsync("convert", "--image", id, device.Path, "--disable-sparse", "--json");
        Assert.Equal(0, written.ExitCode);
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("disk"), TestContext.Current.CancellationToken), device.Read(0, 4 << 20));
        CommandLine missing = await RunAsync("convert", "--image", id, "/dev/no-such-device");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("does not exist", missing.Error, StringComparison.Ordinal);
    }

    private Task<CommandLine> RunAsync(params string[] words) => CommandLine.RunAsync(_folder.Path, words);
}
