using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Transfer;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ImageUtils.Core.Tests.Services.Web;

/// <summary>Plain addresses behind TLS and proxies.</summary>
public sealed class WebTransportTests : IDisposable
{
    private static readonly byte[] Content = FaultyStream.Pattern(300_000);
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));

    private readonly TransferWorld _world = new();
    private readonly TemporaryFolder _folder = new();
    private readonly MadeAuthority _authority = new();
    private readonly X509Certificate2 _certificate;

    public WebTransportTests()
    {
        _certificate = _authority.Sign("localhost");
        File.WriteAllText(_folder.File("ca.pem"), _authority.Pem);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TransportSettings Trusting => new() { CaCertificatePath = _folder.File("ca.pem") };

    public void Dispose()
    {
        _certificate.Dispose();
        _authority.Dispose();
        _folder.Dispose();
        _world.Dispose();
    }

    [Fact]
    public async Task A_server_that_the_CA_file_vouches_for_gives_image_and_hashes()
    {
        await using PlayedServer server = await StartAsync();
        server.On("GET /SHA256SUMS", PlayedServer.Text(200, $"{Hash}  disk.img\n"));
        ImageFetchResult result = await FetchAsync(server, Trusting, $"{AddressOf(server)}/SHA256SUMS");
        Assert.True(result.IsHashVerified);
        Assert.Equal(Content, await File.ReadAllBytesAsync(result.Path, Token));
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_refused_at_once_and_asked_nothing()
    {
        await using PlayedServer server = await StartAsync();
        long started = Environment.TickCount64;
        ServiceUnavailableException e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => FetchAsync(server, TransportSettings.Default));
        Assert.Contains("no secure connection", e.Reason, StringComparison.Ordinal);
        Assert.True(Environment.TickCount64 - started < 10_000, "It was tried again and again.");
        Assert.Empty(server.Log());
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task The_wish_of_the_user_lets_any_server_in()
    {
        await using PlayedServer server = await StartAsync();
        Assert.Equal(Content.Length, (await FetchAsync(server, new TransportSettings { SkipCertificateCheck = true })).Size);
    }

    [Fact]
    public async Task A_client_certificate_is_shown_to_the_server_that_asks_for_it()
    {
        await using PlayedServer server = await StartAsync(ClientCertificateMode.RequireCertificate);
        await Assert.ThrowsAnyAsync<ImageUtilsException>(() => FetchAsync(server, Trusting));
        Assert.Equal(Content.Length, (await FetchAsync(server, WithClient())).Size);
    }

    [Fact]
    public async Task A_mirror_never_sees_the_client_certificate()
    {
        using X509Certificate2 other = _authority.Sign("mirror.localhost");
        await using PlayedServer mirror = await PlayedServer.StartSecureAsync(other, ClientCertificateMode.AllowCertificate);
        var seen = new List<string?>();
        var image = new ServedImage(Content);
        mirror.On("GET /disk.img", context =>
        {
            seen.Add(context.Connection.ClientCertificate?.Subject);
            return image.AnswerAsync(context);
        });
        await using TunnelProxy names = new();
        await using PlayedServer server = await StartAsync(ClientCertificateMode.RequireCertificate);
        server.On("GET /disk.img", PlayedServer.Status(302, ("Location", $"https://mirror.localhost:{mirror.Uri.Port}/disk.img")));
        Assert.Equal(Content.Length, (await FetchAsync(server, WithClient() with { Proxy = names.Address })).Size);
        Assert.NotEmpty(seen);
        Assert.All(seen, Assert.Null);
    }

    [Fact]
    public async Task A_proxy_makes_the_tunnel_and_only_the_tunnel()
    {
        await using PlayedServer server = await StartAsync();
        await using TunnelProxy proxy = new();
        Assert.Equal(Content.Length, (await FetchAsync(server, Trusting with { Proxy = proxy.Address })).Size);
        Assert.NotEmpty(proxy.Requests);
        Assert.All(proxy.Requests, line => Assert.Equal($"CONNECT localhost:{server.Uri.Port}", line));
    }

    [Fact]
    public async Task A_proxy_that_is_not_there_is_an_unavailable_service()
    {
        await using PlayedServer server = await StartAsync();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => FetchAsync(server, Trusting with { Proxy = new Uri("http://127.0.0.1:1") }));
        Assert.Empty(server.Log());
    }

    private static string AddressOf(PlayedServer server) => $"https://localhost:{server.Uri.Port}";

    private TransportSettings WithClient()
    {
        using X509Certificate2 client = _authority.Sign("client");
        File.WriteAllText(_folder.File("client.pem"), client.ExportCertificatePem());
        File.WriteAllText(_folder.File("client.key"), client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return Trusting with { ClientCertificatePath = _folder.File("client.pem"), ClientKeyPath = _folder.File("client.key") };
    }

    private async Task<PlayedServer> StartAsync(ClientCertificateMode asked = ClientCertificateMode.NoCertificate)
    {
        PlayedServer server = await PlayedServer.StartSecureAsync(_certificate, asked);
        server.On("GET /disk.img", new ServedImage(Content).AnswerAsync);
        return server;
    }

    private async Task<ImageFetchResult> FetchAsync(PlayedServer server, TransportSettings transport, string? hashFile = null)
    {
        using WebImageService web = new(transport, retries: 0);
        FetchRequest request = new() { ImageId = AddressOf(server) + "/disk.img", DestinationPath = _world.OutFile("disk.img"), Hash = new HashDemand { HashFile = hashFile }, Force = true };
        return await new ImageFetcher(_world.Context, web).FetchAsync(request, Token);
    }
}
