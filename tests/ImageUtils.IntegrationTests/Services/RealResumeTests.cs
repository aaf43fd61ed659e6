using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Identity;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>Images of a real Glance over a line that breaks, by its interface and as plain addresses.</summary>
public sealed class RealResumeTests(OpenStackServices openStack) : IDisposable
{
    private const int Size = 24 << 20;

    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_line_that_breaks_costs_no_second_download(int connections)
    {
        OpenStackState state = await openStack.RequireAsync();
        (string volume, string id) = await PublishAsync();
        await using var line = new CuttingProxy(new Uri(state.OpenImage), cuts: 2, cutAfter: 6 << 20);
        using GlanceImageService service = new(new CloudConnectionSettings { ImageEndpoints = [line.Address], RetryCount = 3 });
        ImageFetchResult result = await new ImageFetcher(_workshop.Context, service).FetchAsync(
            new FetchRequest { ImageId = id, DestinationPath = _workshop.File("back"), Hash = new HashDemand { RequireHash = true }, Connections = connections }, Token);
        Assert.True(result is { IsResumed: true, IsHashVerified: true });
        Assert.True(line.CutsLeft <= 0);
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("back")));
        Assert.True(line.BytesBack < Size * 1.5, $"{line.BytesBack} bytes came for {Size}.");
        Assert.Equal(["back", "volume"], _workshop.Names().Where(name => !name.StartsWith("conversion", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_command_line_takes_an_address_goes_on_and_converts()
    {
        Workshop.RequireQemuImg();
        OpenStackState state = await openStack.RequireAsync();
        (string volume, string id) = await PublishAsync();
        await using var line = new CuttingProxy(new Uri(state.OpenImage), cuts: 2, cutAfter: 6 << 20);
        string address = $"{line.Address.GetLeftPart(UriPartial.Authority)}/v2/images/{id}/file";
        await File.WriteAllTextAsync(_workshop.File("SHA256SUMS"), $"{Workshop.Sha256(volume)}  file\n", Token);
        CommandLine fetched = await CommandLine.RunAsync(_workshop.Folder, ["fetch", "--uri", address, "back", "--hash-file", "SHA256SUMS", "--require-hash", "--json"]);
        Assert.True(fetched.ExitCode == 0, fetched.Error);
        Assert.True(fetched.Objects[0].GetProperty("isResumed").GetBoolean());
        Assert.True(fetched.Objects[0].GetProperty("isHashVerified").GetBoolean());
        Assert.Equal(address, fetched.Objects[0].GetProperty("sourceUri").GetString());
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("back")));

        CommandLine converted = await CommandLine.RunAsync(_workshop.Folder, ["convert", "--uri", address, "volume.qcow2", "--to", "qcow2", "--json"]);
        Assert.True(converted.ExitCode == 0, converted.Error);
        Assert.Equal("qcow2", converted.Objects[0].GetProperty("format").GetString());
        Assert.Equal(Size, converted.Objects[0].GetProperty("virtualSize").GetInt64());
    }

    [Fact]
    public async Task A_volume_that_fits_nowhere_is_refused_before_its_image_moves()
    {
        Workshop.RequireQemuImg();
        OpenStackState state = await openStack.RequireAsync();
        await _workshop.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", _workshop.File("vast"), "1P");
        await using (FileStream image = new(_workshop.File("vast"), FileMode.Append))
        {
            await image.WriteAsync(new byte[Size], Token);
        }

        using GlanceImageService direct = await openStack.ConnectOpenAsync();
        string id = (await RealGlanceTests.AddAsync(direct, await File.ReadAllBytesAsync(_workshop.File("vast"), Token), "qcow2")).ImageId;
        await using var line = new CuttingProxy(new Uri(state.OpenImage), cuts: 0, cutAfter: long.MaxValue);
        CommandLine refused = await CommandLine.RunAsync(_workshop.Folder, ["convert", "--endpoint", line.Address.AbsoluteUri, "--image", id, "volume.raw", "--to", "raw", "--disable-sparse"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Insufficient free space", refused.Error, StringComparison.Ordinal);
        Assert.True(line.BytesBack < 2 << 20, $"{line.BytesBack} bytes came.");
        Assert.False(File.Exists(_workshop.File("volume.raw")));
        await direct.DeleteAsync(id, Token);
    }

    [Theory]
    [InlineData(1, "fetch", "--uri", "ftp://host/x", "back")]
    [InlineData(1, "fetch", "--uri", "http://127.0.0.1:1/x", "back")]
    [InlineData(2, "fetch", "--uri", "http://127.0.0.1:1/x", "one", "two")]
    [InlineData(2, "fetch", "--uri", "http://127.0.0.1:1/x", "back", "--connections", "17")]
    public async Task An_address_that_makes_no_sense_is_one_line(int exitCode, params string[] words)
    {
        CommandLine run = await CommandLine.RunAsync(_workshop.Folder, words, variables: new Dictionary<string, string>(StringComparer.Ordinal) { ["IMAGEUTILS_RETRY_COUNT"] = "0" });
        Assert.True(exitCode == run.ExitCode, run.Error);
        Assert.False(File.Exists(_workshop.File("back")));
    }

    private async Task<(string Volume, string Id)> PublishAsync()
    {
        string volume = _workshop.MakeDisk("volume", Size);
        using GlanceImageService direct = await openStack.ConnectOpenAsync();
        ServiceImage image = await direct.CreateAsync(new NewServiceImage { Name = "resume", DiskFormat = "raw", ContainerFormat = "bare" }, Token);
        await using FileStream data = File.OpenRead(volume);
        await direct.UploadAsync(image.ImageId, data, ImageUploadOptions.Default, Token);
        return (volume, image.ImageId);
    }
}
