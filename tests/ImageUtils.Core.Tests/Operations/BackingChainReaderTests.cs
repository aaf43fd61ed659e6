using System.Text;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Operations;

/// <summary>Which files a chain of backing files opens, and which it never does.</summary>
public sealed class BackingChainReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeQemuImg _qemuImg = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_chain_comes_top_first_each_link_from_its_own_folder()
    {
        Directory.CreateDirectory(_folder.File("below"));
        Overlay("top", "below/middle", "qcow2");
        Overlay("below/middle", "../base", "raw");
        File.WriteAllBytes(_folder.File("base"), new byte[4096]);
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Null(error);
        Assert.Equal(["qcow2", "qcow2", "raw"], links.Select(link => link.Format));
        Assert.Equal([_folder.File("top"), _folder.File("below/middle"), _folder.File("below/../base")], links.Select(link => link.Path));
        Assert.Equal(links[1].Path, links[0].FullBackingFile);
        Assert.All(links, link => Assert.Equal("managed", link.Engine));
        Assert.Empty(_qemuImg.Asked);
    }

    [Fact]
    public async Task A_link_that_is_raw_is_raw_whatever_was_written_into_it()
    {
        Overlay("top", "volume", "raw");
        Overlay("volume", "/etc/passwd", "raw");
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Null(error);
        Assert.Equal(["qcow2", "raw"], links.Select(link => link.Format));
        Assert.Equal((null, new FileInfo(_folder.File("volume")).Length, false), (links[1].BackingFile, links[1].VirtualSize, links[1].IsSafe));
    }

    [Fact]
    public async Task A_link_of_another_format_than_is_said_ends_the_chain()
    {
        Overlay("top", "base", "qcow2");
        File.WriteAllBytes(_folder.File("base"), new byte[4096]);
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Single(links);
        FormatMismatchException mismatch = Assert.IsType<FormatMismatchException>(error);
        Assert.Equal((_folder.File("base"), "qcow2", "raw"), (mismatch.Path, mismatch.Expected, mismatch.Actual));
    }

    [Fact]
    public async Task A_missing_link_is_named_and_who_named_it()
    {
        Overlay("top", "middle", "qcow2");
        Overlay("middle", "gone", null);
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Equal(2, links.Count);
        PathNotFoundException missing = Assert.IsType<PathNotFoundException>(error);
        Assert.Equal((_folder.File("gone"), _folder.File("middle")), (missing.Path, missing.NamedBy));
        Assert.Contains(_folder.File("middle"), missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("json:{\"file.filename\":\"/etc/passwd\"}")]
    [InlineData("nbd://127.0.0.1/x")]
    [InlineData("file:base")]
    [InlineData("nbd:host:10809")]
    public async Task A_name_of_a_protocol_is_not_followed_though_a_file_has_that_name(string name)
    {
        Overlay("top", name, null);
        if (!name.Contains('/', StringComparison.Ordinal))
        {
            File.WriteAllBytes(_folder.File(name), new byte[512]);
        }

        BackingChainBrokenException broken = Assert.IsType<BackingChainBrokenException>((await ReadAsync("top")).Error);
        Assert.Equal((_folder.File("top"), name), (broken.Path, broken.BackingFile));
        Assert.Contains("protocol", broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_colon_behind_a_separator_is_no_protocol()
    {
        Overlay("top", "./a:b", "raw");
        File.WriteAllBytes(_folder.File("a:b"), new byte[512]);
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Null(error);
        Assert.Equal(2, links.Count);
    }

    [Theory]
    [InlineData("top")]
    [InlineData("./top")]
    [InlineData("link")]
    [InlineData("second")]
    public async Task A_cycle_is_found_by_the_file_and_not_by_the_name(string name)
    {
        Overlay("top", name, "qcow2");
        File.CreateSymbolicLink(_folder.File("link"), "top");
        Overlay("second", "link", "qcow2");
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Equal(name == "second" ? 2 : 1, links.Count);
        Assert.Contains("already", Assert.IsType<BackingChainBrokenException>(error).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_without_end_is_cut()
    {
        for (int index = 0; index <= BackingChainReader.MaximumDepth; index++)
        {
            File.WriteAllBytes(_folder.File($"{index}"), MadeQcow2.WithBacking($"{index + 1}").AsSpan(0, 8192).ToArray());
        }

        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("0");
        Assert.Equal(BackingChainReader.MaximumDepth, links.Count);
        Assert.Contains("more than 200", Assert.IsType<BackingChainBrokenException>(error).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("folder")]
    public async Task What_is_no_file_and_no_disk_is_not_opened(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no /dev/zero.");
        Directory.CreateDirectory(_folder.File("folder"));
        Overlay("top", name, "raw");
        Assert.Contains("neither", Assert.IsType<BackingChainBrokenException>((await ReadAsync("top")).Error).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_format_that_nobody_knows_ends_the_chain()
    {
        Overlay("top", "base", "parrot");
        File.WriteAllBytes(_folder.File("base"), new byte[512]);
        Assert.Contains("parrot", Assert.IsType<BackingChainBrokenException>((await ReadAsync("top")).Error).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parent_of_a_VMDK_is_its_backing_file()
    {
        File.WriteAllBytes(_folder.File("top"), MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("parentCID=ffffffff", "parentCID=00000001\nparentFileNameHint=\"base\"", StringComparison.Ordinal)));
        File.WriteAllBytes(_folder.File("base"), MadeVmdk.Sparse());
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Null(error);
        Assert.Equal(("vmdk", 2), (links[0].BackingFormat, links.Count));
    }

    [Theory]
    [InlineData(@".\base.vhd", true)]
    [InlineData("base.vhd", true)]
    [InlineData(@"C:\images\base.vhd", false)]
    [InlineData(@"..\base.vhd", false)]
    public async Task A_parent_of_a_VHD_is_followed_within_its_folder_only(string name, bool isFollowed)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There, it is a path like any other.");
        File.WriteAllBytes(_folder.File("top"), MadeVhd.Dynamic(footer => footer.Be32(60, 4), header => header.Put(64, Encoding.BigEndianUnicode.GetBytes(name))));
        File.WriteAllBytes(_folder.File("base.vhd"), MadeVhd.Dynamic());
        (List<QemuImageInfo> links, ImageUtilsException? error) = await ReadAsync("top");
        Assert.Equal(isFollowed ? 2 : 1, links.Count);
        Assert.Equal(isFollowed, error is null);
    }

    private void Overlay(string file, string backing, string? format)
    {
        byte[] image = format is null ? MadeQcow2.Version3() : MadeQcow2.WithExtension(0xE2792ACA, Encoding.ASCII.GetBytes(format));
        byte[] name = Encoding.UTF8.GetBytes(backing);
        File.WriteAllBytes(_folder.File(file), image.Be64(8, 4096).Be32(16, (uint)name.Length).Put(4096, name));
    }

    private async Task<(List<QemuImageInfo> Links, ImageUtilsException? Error)> ReadAsync(string top)
    {
        var options = new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.Path };
        var context = new OperationContext { Options = options, Processes = _qemuImg, Inspector = new ImageInspector() };
        List<QemuImageInfo> links = [];
        try
        {
            await foreach (QemuImageInfo link in new BackingChainReader(context).ReadAsync(new ImageInfoRequest { Path = _folder.File(top) }, TestContext.Current.CancellationToken))
            {
                links.Add(link);
            }
        }
        catch (ImageUtilsException error)
        {
            return (links, error);
        }

        return (links, null);
    }
}
