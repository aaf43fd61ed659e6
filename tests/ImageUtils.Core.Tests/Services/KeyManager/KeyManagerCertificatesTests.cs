using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Glance;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Services.KeyManager;

/// <summary>Certificates out of a key manager that plays Barbican.</summary>
public sealed class KeyManagerCertificatesTests : IAsyncLifetime
{
    private const string Id = "6f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e";
    private const string Secret = "GET /v1/secrets/" + Id;
    private const string Payload = Secret + "/payload";

    private PlayedCloud _cloud = null!;
    private PlayedServer _keys = null!;

    private static CancellationToken Token => PlayedCloud.Token;

    public async ValueTask InitializeAsync()
    {
        _cloud = await PlayedCloud.StartAsync();
        _keys = await PlayedServer.StartAsync();
        _keys.On("GET /", PlayedServer.Text(300, "{\"versions\": {\"values\": [{\"id\": \"v1\", \"status\": \"stable\", \"links\": [{\"rel\": \"self\", \"href\": \"http://inner:9311/v1/\"}]}]}}"));
        _keys.On(Secret, Record());
        _keys.On(Payload, PlayedServer.Text(200, "-----BEGIN", "application/octet-stream"));
    }

    public async ValueTask DisposeAsync()
    {
        await _cloud.DisposeAsync();
        await _keys.DisposeAsync();
    }

    [Fact]
    public async Task A_certificate_is_asked_for_by_the_type_that_it_was_stored_with()
    {
        Assert.Equal("-----BEGIN", await FindAsync(Named()));
        Assert.Equal([Secret, Payload], _keys.Log()[^2..]);
        Dictionary<string, string>[] headers = [.. _keys.Headers];
        Assert.Equal("application/json", headers[^2]["Accept"]);
        Assert.Equal("application/octet-stream", headers[^1]["Accept"]);
        Assert.Equal("token-1", headers[^1]["X-Auth-Token"]);
        Assert.DoesNotContain(_cloud.Log.VerboseLines, line => line.Contains("token-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_catalogue_says_where_it_is()
    {
        _cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(201, _cloud.TokenJson(catalog: $$"""[{"type": "key-manager", "endpoints": [{"interface": "public", "region_id": "RegionOne", "url": "{{_keys.Address}}"}]}]"""), "application/json", ("X-Subject-Token", "t")));
        Assert.Equal("-----BEGIN", await FindAsync(_cloud.Connect()));
    }

    [Fact]
    public async Task A_cloud_without_a_key_manager_says_what_can_be_done()
    {
        EndpointNotFoundException e = await Assert.ThrowsAsync<EndpointNotFoundException>(() => FindAsync(_cloud.Connect()));
        Assert.Contains("-CertificateDirectory", e.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_there_is_nothing()
    {
        _keys.On(Secret, PlayedServer.Text(404, "{\"title\": \"Not Found\"}"));
        Assert.Null(await FindAsync(Named()));
    }

    [Theory]
    [InlineData("passphrase")]
    [InlineData("symmetric")]
    [InlineData("private")]
    public async Task Secrets_that_are_no_certificates_are_never_fetched(string kind)
    {
        _keys.On(Secret, Record(kind));
        Assert.Null(await FindAsync(Named()));
        Assert.DoesNotContain(Payload, _keys.Log());
    }

    [Fact]
    public async Task A_refusal_tells_why()
    {
        _keys.On(Payload, PlayedServer.Text(403, "{\"description\": \"Secret payload retrieval attempt not allowed\"}"));
        NotAuthorizedException e = await Assert.ThrowsAsync<NotAuthorizedException>(() => FindAsync(Named()));
        Assert.Contains("not allowed", e.Message, StringComparison.Ordinal);
        _keys.On(Payload, PlayedServer.Status(500));
        Assert.Contains("key manager", (await Assert.ThrowsAsync<ServiceUnavailableException>(() => FindAsync(Named()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_without_end_or_sense_are_refused()
    {
        _keys.On(Payload, PlayedServer.Text(200, new string('x', 100_000), "application/octet-stream"));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => FindAsync(Named()));
        foreach (string record in new[] { "[]", "{}", "x", "{\"secret_type\": 1}", "{\"secret_type\": \"opaque\", \"content_types\": {}}", "{\"secret_type\": \"opaque\", \"content_types\": {\"default\": \"a\\r\\nb: c\"}}" })
        {
            _keys.On(Secret, PlayedServer.Text(200, record));
            await Assert.ThrowsAsync<ServiceUnavailableException>(() => FindAsync(Named()));
        }
    }

    [Fact]
    public async Task A_secret_without_content_is_nothing()
    {
        _keys.On(Secret, PlayedServer.Text(200, "{\"secret_type\": \"certificate\"}"));
        Assert.Null(await FindAsync(Named()));
    }

    private static RequestDelegate Record(string kind = "certificate") =>
        PlayedServer.Text(200, $$$"""{"secret_type": "{{{kind}}}", "status": "ACTIVE", "content_types": {"default": "application/octet-stream"}}""");

    private static async Task<string?> FindAsync(GlanceImageService service) =>
        await service.KeyManager.FindAsync(Id, Token) is { } content ? Encoding.ASCII.GetString(content.Span) : null;

    private GlanceImageService Named() => _cloud.Connect(settings => settings with { KeyManagerEndpoint = _keys.Uri, RetryCount = 0 });
}
