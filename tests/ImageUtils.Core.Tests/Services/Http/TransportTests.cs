using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ImageUtils.Core.Tests.Services.Http;

/// <summary>Certificates and proxies.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MadeAuthority _authority = new();
    private readonly X509Certificate2 _server;

    public TransportTests()
    {
        _server = _authority.Sign("localhost");
        System.IO.File.WriteAllText(_folder.File("ca.pem"), _authority.Pem);
    }

    private static CancellationToken Token => PlayedCloud.Token;

    public void Dispose()
    {
        _server.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_is_refused_at_once()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer secure = await StartAsync();
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => Connect(cloud, secure, TransportSettings.Default).ConnectAsync(Token));
        Assert.StartsWith("no secure connection", e.Reason, StringComparison.Ordinal);
        Assert.Equal(0, cloud.Pauses);
        Assert.Empty(secure.Log());
    }

    [Fact]
    public async Task A_CA_file_or_the_wish_of_the_user_lets_it_in()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer secure = await StartAsync();
        await Connect(cloud, secure, new TransportSettings { CaCertificatePath = _folder.File("ca.pem") }).ConnectAsync(Token);
        await Connect(cloud, secure, new TransportSettings { SkipCertificateCheck = true }).ConnectAsync(Token);
        using MadeAuthority other = new();
        await System.IO.File.WriteAllTextAsync(_folder.File("other.pem"), other.Pem, Token);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => Connect(cloud, secure, new TransportSettings { CaCertificatePath = _folder.File("other.pem") }).ConnectAsync(Token));
    }

    [Fact]
    public async Task A_CA_file_does_not_make_another_name_right()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer secure = await StartAsync();
        GlanceImageService service = cloud.Connect(settings => settings with
        {
            Identity = new IdentitySettings(),
            ImageEndpoints = [new Uri(secure.Address + "/v2")],
            Transport = new TransportSettings { CaCertificatePath = _folder.File("ca.pem") },
        });
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => service.ConnectAsync(Token));
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pem with key")]
    [InlineData("pkcs12")]
    public async Task A_client_certificate_is_shown_to_who_asks_for_it(string form)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer secure = await StartAsync(mustKnowClient: true);
        using X509Certificate2 client = _authority.Sign("client");
        string certificate = _folder.File("client");
        string? key = null;
        string keyText = client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        if (form == "pkcs12")
        {
            await System.IO.File.WriteAllBytesAsync(certificate, client.Export(X509ContentType.Pkcs12), Token);
        }
        else
        {
            key = form == "pem" ? _folder.File("key") : null;
            await System.IO.File.WriteAllTextAsync(certificate, client.ExportCertificatePem() + (key is null ? "\n" + keyText : string.Empty), Token);
            await System.IO.File.WriteAllTextAsync(key ?? _folder.File("unused"), keyText, Token);
        }

        await Connect(cloud, secure, new TransportSettings { SkipCertificateCheck = true, ClientCertificatePath = certificate, ClientKeyPath = key }).ConnectAsync(Token);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => Connect(cloud, secure, new TransportSettings { SkipCertificateCheck = true }).ConnectAsync(Token));
    }

    [Theory]
    [InlineData("missing", null)]
    [InlineData("empty", "")]
    [InlineData("no certificate", "hello")]
    public void A_file_without_a_certificate_is_refused(string name, string? content)
    {
        if (content is not null)
        {
            System.IO.File.WriteAllText(_folder.File(name), content);
        }

        Assert.Throws<InvalidOptionException>(() => HttpTransport.Create(new TransportSettings { CaCertificatePath = _folder.File(name) }));
        Assert.Throws<InvalidOptionException>(() => HttpTransport.Create(new TransportSettings { ClientCertificatePath = _folder.File(name) }));
    }

    [Fact]
    public void A_client_certificate_without_a_key_is_refused() =>
        Assert.Throws<InvalidOptionException>(() => HttpTransport.Create(new TransportSettings { ClientCertificatePath = _folder.File("ca.pem") }));

    [Fact]
    public async Task A_proxy_gets_what_is_meant_for_the_server()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        GlanceImageService service = cloud.Connect(settings => settings with
        {
            Identity = new IdentitySettings(),
            ImageEndpoints = [new Uri("http://glance.invalid/v2")],
            Transport = new TransportSettings { Proxy = cloud.Images.Uri },
        });
        await service.ConnectAsync(Token);
        Assert.Equal("glance.invalid", Assert.Single(cloud.Images.Headers)["Host"]);
    }

    private static GlanceImageService Connect(PlayedCloud cloud, PlayedServer secure, TransportSettings transport) => cloud.Connect(settings => settings with
    {
        Identity = new IdentitySettings(),
        ImageEndpoints = [new Uri($"https://localhost:{secure.Uri.Port}/v2")],
        Transport = transport,
    });

    private async Task<PlayedServer> StartAsync(bool mustKnowClient = false)
    {
        PlayedServer server = await PlayedServer.StartSecureAsync(_server, mustKnowClient ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate);
        server.On("GET /v2/images", PlayedCloud.Json("{\"images\": []}"));
        return server;
    }
}
