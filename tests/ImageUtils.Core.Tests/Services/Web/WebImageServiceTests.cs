using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Services.Web;

/// <summary>Images at plain addresses, at servers that mean well and at others.</summary>
public sealed class WebImageServiceTests : IDisposable
{
    private static readonly byte[] Content = FaultyStream.Pattern(300_000);

    private readonly WebImageService _service = new(new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(60) }, retries: 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_byte_tells_the_size_with_ranges_and_without(bool knowsRanges)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer _ = server;
        image.KnowsRanges = knowsRanges;
        ServiceImage shown = await _service.GetAsync(address, Token);
        Assert.Equal((Content.Length, "disk.img", "active"), (shown.Size, shown.Name, shown.Status));
        Assert.Equal(["bytes=0-0"], image.Ranges);
    }

    [Fact]
    public async Task An_empty_file_has_a_size_too()
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync([]);
        await using PlayedServer s = server;
        Assert.Equal(0, (await _service.GetAsync(address, Token)).Size);
    }

    [Fact]
    public async Task Data_that_nobody_counts_have_no_size()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /disk.img", PlayedServer.Text(200, "data"));
        Assert.Null((await _service.GetAsync(server.Address + "/disk.img", Token)).Size);
    }

    [Fact]
    public async Task A_size_is_had_from_an_answer_without_end()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /disk.img", async context =>
        {
            byte[] zeros = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(zeros, context.RequestAborted);
            }
        });
        Assert.Null((await _service.GetAsync(server.Address + "/disk.img", Token)).Size);
    }

    [Fact]
    public async Task A_part_knows_where_it_belongs_and_what_of()
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await using ImageData data = await _service.OpenDataAsync(address, 1000, 10, Token);
        Assert.Equal((1000, 10, Content.Length, "\"one\""), (data.Offset, data.Length, data.TotalSize, data.Version));
        Assert.Equal(Content[1000..1010], await BytesAsync(data.Stream));
    }

    [Theory]
    [InlineData("W/\"weak\"", "Sun, 06 Nov 1994 08:49:37 GMT", "784111777")]
    [InlineData("W/\"weak\"", null, null)]
    public async Task A_weak_tag_is_no_promise_and_a_date_is_one(string tag, string? date, string? version)
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", date is null ? PlayedServer.Text(200, "x", "a/b", ("ETag", tag)) : PlayedServer.Text(200, "x", "a/b", ("ETag", tag), ("Last-Modified", date)));
        await using ImageData data = await _service.OpenDataAsync(server.Address + "/x", 0, null, Token);
        Assert.Equal(version, data.Version);
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /disk.img", PlayedServer.Status(503), new ServedImage(Content).AnswerAsync);
        Assert.Equal(Content.Length, (await _service.GetAsync(server.Address + "/disk.img", Token)).Size);
    }

    [Theory]
    [InlineData(503, typeof(ServiceUnavailableException))]
    [InlineData(404, typeof(ImageNotFoundException))]
    [InlineData(410, typeof(ImageNotFoundException))]
    [InlineData(401, typeof(NotAuthorizedException))]
    [InlineData(403, typeof(NotAuthorizedException))]
    [InlineData(500, typeof(ServiceUnavailableException))]
    [InlineData(501, typeof(ImageDownloadFailedException))]
    [InlineData(400, typeof(ImageDownloadFailedException))]
    [InlineData(204, typeof(ImageDownloadFailedException))]
    [InlineData(302, typeof(ImageDownloadFailedException))]
    public async Task A_refusal_becomes_an_error_of_its_kind(int status, Type error)
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /disk.img", PlayedServer.Status(status));
        Exception e = await Assert.ThrowsAnyAsync<ImageUtilsException>(() => _service.GetAsync(server.Address + "/disk.img", Token));
        Assert.IsType(error, e);
    }

    [Fact]
    public async Task Nobody_there_is_an_unavailable_service()
    {
        PlayedServer server = await PlayedServer.StartAsync();
        string address = server.Address;
        await server.DisposeAsync();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.GetAsync(address + "/x", Token));
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_an_unavailable_service()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        using var impatient = new WebImageService(new TransportSettings { IdleTimeout = TimeSpan.FromMilliseconds(500) }, retries: 1);
        ServiceUnavailableException e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => impatient.GetAsync(server.Address + "/x", Token));
        Assert.Contains("no byte moved for 0.5 seconds", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packed_data_are_refused()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", PlayedServer.Text(200, "x", "a/b", ("Content-Encoding", "gzip")));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.GetAsync(server.Address + "/x", Token));
        Assert.Contains("gzip", e.Message, StringComparison.Ordinal);
        Assert.Equal("identity", server.Headers.Single()["Accept-Encoding"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("bytes */4")]
    [InlineData("rubbish")]
    public async Task A_part_of_nowhere_is_refused(string range)
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", PlayedServer.Text(206, "xx", "a/b", ("Content-Range", range)));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.OpenDataAsync(server.Address + "/x", 2, 2, Token));
    }

    [Fact]
    public async Task Nothing_is_beyond_the_end()
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.OpenDataAsync(address, Content.Length, null, Token));
    }

    [Theory]
    [InlineData("ftp://host/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("disk.img")]
    [InlineData("http:///x")]
    [InlineData("")]
    public void Other_addresses_are_refused(string address) => Assert.Throws<InvalidAddressException>(() => WebImageService.Parse(address));

    [Fact]
    public void A_password_in_an_address_is_refused_and_not_repeated()
    {
        InvalidAddressException e = Assert.Throws<InvalidAddressException>(() => WebImageService.Parse("https://me:hunter2@host/x"));
        Assert.DoesNotContain("hunter2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_can_only_be_read()
    {
        Assert.True(_service is { IsRemote: true, StatesFormats: false, Kind: "web" });
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => _service.DeleteAsync("http://h/x", Token));
        await Assert.ThrowsAsync<NotSupportedOperationException>(async () => await _service.ListAsync(ImageFilter.All, Token).GetAsyncEnumerator(Token).MoveNextAsync());
    }

    private static async Task<byte[]> BytesAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }
}
