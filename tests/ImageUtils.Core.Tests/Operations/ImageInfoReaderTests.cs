using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Operations;

/// <summary>What qemu-img is asked about an image, and when it is not asked at all.</summary>
public sealed class ImageInfoReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeQemuImg _qemuImg = new() { Says = """{"format":"qcow2","virtual-size":1048576}""" };
    private ImageUtilsOptions _options;

    public ImageInfoReaderTests() => _options = new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.Path };

    public void Dispose() => _folder.Dispose();

    // Behaviours 001, 002, 005 and 011 of the reference.
    [Theory]
    [InlineData(true, false, "info -f qcow2 --output=json ")]
    [InlineData(false, true, "info -f qcow2 --output=json --force-share ")]
    public async Task Qemu_img_gets_the_format_that_was_found_and_the_whole_path(bool asRoot, bool forceShare, string words)
    {
        string path = Write("disk", MadeQcow2.Version3());
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        await ReadAsync(new ImageInfoRequest { Path = relative, Engine = ConversionEngineChoice.QemuImg, RunAsRoot = asRoot, ForceShare = forceShare });
        ProcessRequest asked = Assert.Single(_qemuImg.Asked);
        Assert.Equal(words + path, string.Join(' ', asked.Arguments));
        Assert.Equal(asRoot, asked.RunAsRoot);
        Assert.True(asked.ShowLocale);
    }

    // Behaviours 015 and 017: cinder reads them once, before its configuration.
    [Fact]
    public async Task The_limits_are_those_of_the_options_at_each_run()
    {
        var request = new ImageInfoRequest { Path = Write("disk", MadeQcow2.Version3()), Engine = ConversionEngineChoice.QemuImg };
        await ReadAsync(request);
        _options = _options with { ConversionCpuLimit = TimeSpan.FromSeconds(7), ConversionAddressSpaceLimit = 2L << 30 };
        await ReadAsync(request);
        Assert.Equal([new ProcessLimits(TimeSpan.FromSeconds(60), 1L << 30), new ProcessLimits(TimeSpan.FromSeconds(7), 2L << 30)], _qemuImg.Asked.Select(asked => asked.Limits));
    }

    // Behaviours 003, 004 and 006: only what was allowed, and nothing unsafe, is shown to the program.
    [Fact]
    public async Task A_backing_file_reaches_qemu_img_only_where_it_is_allowed()
    {
        var request = new ImageInfoRequest { Path = Write("disk", MadeQcow2.WithBacking("base.img")), Engine = ConversionEngineChoice.QemuImg };
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => ReadAsync(request));
        Assert.Equal(CheckNames.BackingFile, Assert.Single(e.FailedChecks).Name);
        Assert.Contains("base.img", e.Message, StringComparison.Ordinal);
        Assert.Empty(_qemuImg.Asked);
        await ReadAsync(request with { AllowBackingFile = true });
        Assert.Single(_qemuImg.Asked);
    }

    // Behaviours 007 to 010 and 019: one look, and LUKS keeps its name and the size of its content.
    [Theory]
    [InlineData("raw")]
    [InlineData("luks")]
    public async Task Raw_and_LUKS_are_told_apart_by_one_look(string format)
    {
        byte[] image = format == "luks" ? MadeDisks.Luks1() : new byte[1024];
        var request = new ImageInfoRequest { Path = Write("disk", image) };
        QemuImageInfo info = await ReadAsync(request);
        Assert.Equal((format, format == "luks"), (info.Format, info.IsEncrypted));
        Assert.Empty(_qemuImg.Asked);
        await ReadAsync(request with { Engine = ConversionEngineChoice.QemuImg });
        Assert.Equal(format, Assert.Single(_qemuImg.Asked).Arguments[2]);
    }

    // Behaviour 012: cinder skips its inspector where the caller says raw.
    [Fact]
    public async Task A_caller_that_says_raw_does_not_get_around_the_inspector()
    {
        var request = new ImageInfoRequest { Path = Write("disk", MadeQcow2.WithBacking("/etc/passwd")), ImageFormat = DiskFormat.Raw, Engine = ConversionEngineChoice.QemuImg };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => ReadAsync(request));
        Assert.Empty(_qemuImg.Asked);
    }

    // Behaviour 014.
    [Fact]
    public async Task A_path_that_is_not_there_is_told_before_any_program()
    {
        PathNotFoundException e = await Assert.ThrowsAsync<PathNotFoundException>(
            () => ReadAsync(new ImageInfoRequest { Path = _folder.File("none"), Engine = ConversionEngineChoice.QemuImg }));
        Assert.Equal(_folder.File("none"), e.Path);
        Assert.Empty(_qemuImg.Asked);
    }

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(_folder.File(name), content);
        return _folder.File(name);
    }

    private Task<QemuImageInfo> ReadAsync(ImageInfoRequest request)
    {
        var context = new OperationContext { Options = _options, Processes = _qemuImg, Inspector = new ImageInspector() };
        return new ImageInfoReader(context).ReadAsync(request, TestContext.Current.CancellationToken);
    }
}
