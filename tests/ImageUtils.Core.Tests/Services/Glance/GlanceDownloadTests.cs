using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;
using ImageUtils.Services.Local;

namespace ImageUtils.Core.Tests.Services.Glance;

/// <summary>The data of an image, whole and in parts.</summary>
public sealed class GlanceDownloadTests
{
    private const string Id = PlayedCloud.ImageId;

    private static readonly string File = $"GET /v2/images/{Id}/file";

    private static CancellationToken Token => PlayedCloud.Token;

    [Fact]
    public async Task The_data_come_as_they_are()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Text(200, "data", "application/octet-stream"));
        Assert.Equal("data", await TextAsync(await cloud.ConnectOpen().OpenDataAsync(Id, Token)));
        Assert.False(cloud.Images.Headers.Single().ContainsKey("Range"));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(409)]
    public async Task An_image_without_data_says_so(int status)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Status(status));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => cloud.ConnectOpen().OpenDataAsync(Id, Token));
    }

    [Fact]
    public async Task A_part_says_where_it_belongs()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Text(206, "ta", "application/octet-stream", ("Content-Range", "bytes 2-3/4"), ("Content-MD5", "ABCDEF")));
        await using ImageData data = await cloud.ConnectOpen().OpenDataAsync(Id, 2, 2, Token);
        Assert.Equal((2, 4, "abcdef"), (data.Offset, data.TotalSize, data.Checksum));
        Assert.Equal("ta", await TextAsync(data.Stream));
        Assert.Equal("bytes=2-3", cloud.Images.Headers.Single()["Range"]);
    }

    [Fact]
    public async Task A_part_to_the_end_has_no_end()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Text(206, "ta", "application/octet-stream", ("Content-Range", "bytes 2-3/4")));
        await using ImageData data = await cloud.ConnectOpen().OpenDataAsync(Id, 2, null, Token);
        Assert.Equal("bytes=2-", cloud.Images.Headers.Single()["Range"]);
    }

    [Fact]
    public async Task Where_a_store_knows_no_parts_everything_comes()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Text(400, "no random access", "text/plain"), PlayedServer.Text(200, "data", "application/octet-stream"));
        await using ImageData refused = await cloud.ConnectOpen().OpenDataAsync(Id, 2, null, Token);
        Assert.Equal(0, refused.Offset);
        await using ImageData ignored = await cloud.ConnectOpen().OpenDataAsync(Id, 2, null, Token);
        Assert.Equal(0, ignored.Offset);
        Assert.Equal("data", await TextAsync(ignored.Stream));
    }

    [Theory]
    [InlineData("bytes 0-1/4")]
    [InlineData("bytes */4")]
    [InlineData("")]
    public async Task A_part_that_belongs_elsewhere_is_refused(string range)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Text(206, "da", "application/octet-stream", ("Content-Range", range)));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => cloud.ConnectOpen().OpenDataAsync(Id, 2, 2, Token));
    }

    [Fact]
    public async Task Nothing_beyond_the_end_can_be_had()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Status(416));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => cloud.ConnectOpen().OpenDataAsync(Id, 99, null, Token));
    }

    [Fact]
    public async Task Data_that_break_off_are_an_error_of_the_stream()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Cut([1, 2, 3], 10));
        await using Stream data = await cloud.ConnectOpen().OpenDataAsync(Id, Token);
        await Assert.ThrowsAnyAsync<IOException>(() => data.CopyToAsync(Stream.Null, Token));
    }

    [Fact]
    public async Task A_line_that_falls_silent_is_an_error_of_the_stream()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(File, PlayedServer.Stall([1, 2, 3], 10));
        GlanceImageService service = cloud.Connect(settings => settings with
        {
            Identity = new IdentitySettings(),
            ImageEndpoints = [new Uri(cloud.Images.Address + "/v2")],
            Transport = new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(1.5) },
        });
        await using Stream data = await service.OpenDataAsync(Id, Token);
        IOException e = await Assert.ThrowsAsync<IOException>(() => data.CopyToAsync(Stream.Null, Token));
        Assert.Equal("no byte moved for 1.5 seconds.", e.Message);
    }

    [Fact]
    public async Task A_token_that_ran_out_between_two_parts_is_renewed()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(
            File,
            PlayedServer.Text(200, "da", "application/octet-stream"),
            PlayedServer.Status(401),
            PlayedServer.Text(206, "ta", "application/octet-stream", ("Content-Range", "bytes 2-3/4")));
        GlanceImageService service = cloud.Connect();
        string all = await TextAsync(await service.OpenDataAsync(Id, Token)) + await TextAsync((await service.OpenDataAsync(Id, 2, null, Token)).Stream);
        Assert.Equal("data", all);
        Assert.Equal(2, cloud.Identity.Log().Length);
    }

    [Fact]
    public async Task A_local_service_has_parts_too()
    {
        using var folder = new TemporaryFolder();
        IImageService service = new LocalImageService(folder.Path);
        ServiceImage image = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await service.UploadAsync(image.ImageId, new MemoryStream("data"u8.ToArray()), ImageUploadOptions.Default, Token);
        await using ImageData data = await service.OpenDataAsync(image.ImageId, 2, null, Token);
        Assert.Equal((2, 2, 4), (data.Offset, data.Length, data.TotalSize));
        Assert.Equal("ta", await TextAsync(data.Stream));
    }

    private static async Task<string> TextAsync(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token);
    }
}
