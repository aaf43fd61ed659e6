using System.Net;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Services.Web;

/// <summary>Where a server may send us, and where not.</summary>
public sealed class WebRedirectsTests : IDisposable
{
    private static readonly byte[] Content = FaultyStream.Pattern(1000);

    private readonly WebImageService _service = new(TransportSettings.Default, retries: 0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData("/disk.img")]
    [InlineData("disk.img")]
    [InlineData("//{host}/disk.img")]
    [InlineData("http://{host}/disk.img")]
    [InlineData("http://{host}/disk.img#part")]
    public async Task A_redirect_within_the_host_is_followed(string location)
    {
        (PlayedServer server, ServedImage image, _) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /a", PlayedServer.Status(302, ("Location", location.Replace("{host}", server.Uri.Authority, StringComparison.Ordinal))));
        Assert.Equal(Content.Length, (await _service.GetAsync(server.Address + "/a", Token)).Size);
        Assert.Equal(["bytes=0-0"], image.Ranges);
    }

    [Fact]
    public async Task A_circle_has_an_end()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /a", PlayedServer.Status(301, ("Location", "/b")));
        server.On("GET /b", PlayedServer.Status(308, ("Location", "/a")));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.GetAsync(server.Address + "/a", Token));
        Assert.Contains("more than 5 times", e.Message, StringComparison.Ordinal);
        Assert.Equal(6, server.Log().Length);
    }

    [Theory]
    [InlineData("https://{host}/disk.img")]
    [InlineData("ftp://example.org/disk.img")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:secret@{host}/disk.img")]
    [InlineData("http://127.0.0.2:1/disk.img")]
    [InlineData("http://2852039166/disk.img")]
    [InlineData("http://0.0.0.0/disk.img")]
    [InlineData("http://[::1]/disk.img")]
    [InlineData("http://[::ffff:127.0.0.1]/disk.img")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/disk.img")]
    [InlineData("http://[fe80::1]/disk.img")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    public async Task A_redirect_to_where_nobody_asked_to_go_is_refused(string location)
    {
        (PlayedServer server, ServedImage image, _) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /a", PlayedServer.Status(307, ("Location", location.Replace("{host}", server.Uri.Authority, StringComparison.Ordinal))));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.GetAsync(server.Address + "/a", Token));
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        Assert.Empty(image.Ranges);
    }

    [Fact]
    public async Task A_name_that_means_this_machine_is_refused_even_where_a_connection_to_it_is_open()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        string byName = address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        server.On("GET /a", PlayedServer.Status(302, ("Location", byName)));
        Assert.Equal(Content.Length, (await _service.GetAsync(byName, Token)).Size);
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.GetAsync(server.Address + "/a", Token));
        Assert.Contains("'localhost', which is this machine", e.Message, StringComparison.Ordinal);
        Assert.Single(image.Ranges);
    }

    [Fact]
    public async Task Who_allows_any_redirect_gets_there()
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /a", PlayedServer.Status(302, ("Location", address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal))));
        using WebImageService any = new(TransportSettings.Default, retries: 0, allowAnyRedirect: true);
        Assert.Equal(Content.Length, (await any.GetAsync(server.Address + "/a", Token)).Size);
    }

    [Fact]
    public async Task Even_then_a_file_is_no_address()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /a", PlayedServer.Status(302, ("Location", "file:///etc/passwd")));
        using WebImageService any = new(TransportSettings.Default, retries: 0, allowAnyRedirect: true);
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => any.GetAsync(server.Address + "/a", Token));
    }

    [Fact]
    public async Task A_proxy_on_this_machine_is_no_redirect_to_it()
    {
        (PlayedServer server, ServedImage image, _) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /a", PlayedServer.Status(302, ("Location", "http://mirror.invalid/disk.img")));
        using WebImageService behind = new(new TransportSettings { Proxy = server.Uri }, retries: 0);
        Assert.Equal(Content.Length, (await behind.GetAsync("http://images.invalid/a", Token)).Size);
        Assert.Single(image.Ranges);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.255.0.9", true)]
    [InlineData("0.1.2.3", true)]
    [InlineData("169.254.1.1", true)]
    [InlineData("::", true)]
    [InlineData("::1", true)]
    [InlineData("::127.0.0.1", true)]
    [InlineData("fe80::5", true)]
    [InlineData("::ffff:169.254.169.254", true)]
    [InlineData("64:ff9b::7f00:1", true)]
    [InlineData("2002:7f00:1::", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("169.253.1.1", false)]
    [InlineData("64:ff9b::c000:201", false)]
    [InlineData("2001:db8::1", false)]
    public void This_machine_and_the_local_link_have_many_addresses(string address, bool isLocal) =>
        Assert.Equal(isLocal, WebRedirects.IsLocal(IPAddress.Parse(address)));
}
