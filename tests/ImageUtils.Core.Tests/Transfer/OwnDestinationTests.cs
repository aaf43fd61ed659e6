using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>Nothing is fetched or converted over the files that the local image service keeps.</summary>
public sealed class OwnDestinationTests : IDisposable
{
    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("{id}/data", typeof(DestinationIsSourceException))]
    [InlineData("../images/{id}/../{id}/data", typeof(DestinationIsSourceException))]
    [InlineData("{id}/image.json", typeof(DestinationUnwritableException))]
    [InlineData("{id}/new", typeof(DestinationUnwritableException))]
    [InlineData("{other}/data", typeof(DestinationUnwritableException))]
    [InlineData(".lock", typeof(DestinationUnwritableException))]
    [InlineData("disk.raw", typeof(DestinationUnwritableException))]
    [InlineData("../out/folder-link/data", typeof(DestinationIsSourceException))]
    [InlineData("../out/folder-link/image.json", typeof(DestinationUnwritableException))]
    [InlineData("../out/far-link/{other}/data", typeof(DestinationUnwritableException))]
    [InlineData("../out/data-link", typeof(DestinationIsSourceException))]
    public async Task The_files_of_the_service_are_no_destination(string destination, Type expected)
    {
        ServiceImage image = await _world.AddAsync("raw data"u8.ToArray());
        ServiceImage other = await _world.AddAsync("others"u8.ToArray());
        string home = _world.Options.LocalImageDirectory;
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateSymbolicLink(_world.OutFile("folder-link"), Path.Combine(home, image.ImageId));
            Directory.CreateSymbolicLink(_world.OutFile("far-link"), "../out/near-link");
            Directory.CreateSymbolicLink(_world.OutFile("near-link"), home);
            File.CreateSymbolicLink(_world.OutFile("data-link"), Path.Combine(home, image.ImageId, "data"));
        }
        else
        {
            Assert.SkipWhen(destination.Contains("link", StringComparison.Ordinal), "Links need a right on Windows.");
        }

        string path = Path.Combine(home, destination.Replace("{id}", image.ImageId, StringComparison.Ordinal).Replace("{other}", other.ImageId, StringComparison.Ordinal));
        string[] before = Files(home);
        var fetch = new FetchRequest { ImageId = image.ImageId, DestinationPath = path, Force = true };
        Assert.IsType(expected, await Record.ExceptionAsync(() => new ImageFetcher(_world.Context, _world.Service).FetchAsync(fetch, Token)));
        var volume = new VolumeFetchRequest { ImageId = image.ImageId, DestinationPath = path, OutputFormat = DiskFormat.Raw, Force = true };
        Assert.IsType(expected, await Record.ExceptionAsync(() => new VolumeFetcher(_world.Context, _world.Service, _world.Converter).FetchAsync(volume, Token)));
        Assert.Equal(before, Files(home));
        Assert.Equal(0, _world.Service.Opened);
        Assert.Equal("raw data"u8.ToArray(), await _world.DataOfAsync(image.ImageId));
    }

    [Theory]
    [InlineData("{id}/data")]
    [InlineData("{id}/image.json")]
    [InlineData(".lock")]
    public async Task A_file_is_not_converted_over_those_of_the_service_either(string destination)
    {
        ServiceImage image = await _world.AddAsync("raw data"u8.ToArray());
        string source = _world.OutFile("source");
        await File.WriteAllBytesAsync(source, new byte[512], Token);
        string home = _world.Options.LocalImageDirectory;
        string[] before = Files(home);
        var context = new OperationContext { Options = _world.Options, Processes = new FakeQemuImg(), Inspector = new PresetInspector() };
        var request = new ConversionRequest
        {
            SourcePath = source,
            DestinationPath = Path.Combine(home, destination.Replace("{id}", image.ImageId, StringComparison.Ordinal)),
            OutputFormat = DiskFormat.Raw,
            Force = true,
        };
        await Assert.ThrowsAsync<DestinationUnwritableException>(() => new ImageConverter(context).ConvertAsync(request, Token));
        Assert.Equal(before, Files(home));
    }

    [Fact]
    public async Task What_only_begins_like_the_service_is_somebody_elses()
    {
        ServiceImage image = await _world.AddAsync("raw data"u8.ToArray());
        string beside = _world.Options.LocalImageDirectory + "-beside";
        Assert.False(_world.Service.Owns(beside));
        Assert.False(_world.Service.Owns(string.Empty));
        Assert.False(_world.Service.Owns("\0"));
        Assert.False(_world.Service.IsDataOf("no id", Path.Combine(_world.Options.LocalImageDirectory, "data")));
        Assert.True(_world.Service.Owns(_world.Options.LocalImageDirectory));
        await new ImageFetcher(_world.Context, _world.Service).FetchAsync(new FetchRequest { ImageId = image.ImageId, DestinationPath = beside }, Token);
        Assert.True(File.Exists(beside));
    }

    [Fact]
    public void Links_that_form_a_loop_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right on Windows.");
        File.CreateSymbolicLink(_world.OutFile("a"), "b");
        File.CreateSymbolicLink(_world.OutFile("b"), "a/a");
        Assert.False(_world.Service.Owns(_world.OutFile("a/x")));
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => path + (File.Exists(path) ? " " + new FileInfo(path).Length : string.Empty))];
}
