using System.Text.Json;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A played Keystone and a played Glance, and clients of theirs that do not wait between tries.</summary>
public sealed class PlayedCloud : IAsyncDisposable
{
    public const string ImageId = "3f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e";

    private readonly List<GlanceImageService> _services = [];

    private PlayedCloud(PlayedServer identity, PlayedServer images)
    {
        Identity = identity;
        Images = images;
        int count = 0;
        identity.On("POST /v3/auth/tokens", context => PlayedServer.Text(201, TokenJson(), "application/json", ("X-Subject-Token", FormattableString.Invariant($"token-{++count}")))(context));
        images.On("GET /v2/images", PlayedServer.Text(200, "{\"images\": []}"));
    }

    public PlayedServer Identity { get; }

    public PlayedServer Images { get; }

    public RecordingLog Log { get; } = new();

    /// <summary>How often a client paused between tries.</summary>
    public int Pauses { get; private set; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<PlayedCloud> StartAsync() => new(await PlayedServer.StartAsync(), await PlayedServer.StartAsync());

    public static string ImageJson(string id = ImageId, string status = "active", string more = "") =>
        $$"""{"id": "{{id}}", "name": "one", "status": "{{status}}", "disk_format": "raw", "container_format": "bare", "visibility": "shared", "protected": false, "min_disk": 0, "min_ram": 0, "size": 4, "tags": [], "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"{{more}}}""";

    /// <summary>What Keystone says of a token that lives for an hour.</summary>
    public string TokenJson(string? project = "p1", string? catalog = null) => JsonSerializer.Serialize(new
    {
        token = new
        {
            user = new { id = "u1", name = "demo", domain = new { id = "default" } },
            project = project is null ? null : new { id = project, name = "demo-project" },
            issued_at = "2020-01-01T00:00:00.000000Z",
            expires_at = "2020-01-01T01:00:00.000000Z",
            catalog = JsonSerializer.Deserialize<JsonElement>(catalog ?? $$"""[{"type": "image", "endpoints": [{"interface": "public", "region_id": "RegionOne", "url": "{{Images.Address}}"}]}]"""),
        },
    });

    public IdentitySettings Password(string? project = "demo-project") => new()
    {
        AuthUrl = new Uri(Identity.Address + "/v3"),
        Method = AuthenticationMethod.Password,
        UserName = "demo",
        Password = SecretText.Of("top-secret"),
        ProjectName = project,
    };

    /// <summary>A client with user and password.</summary>
    public GlanceImageService Connect(Func<CloudConnectionSettings, CloudConnectionSettings>? change = null)
    {
        var settings = new CloudConnectionSettings { Identity = Password(), Pause = PauseAsync, Transport = new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(20) } };
        var service = new GlanceImageService(change?.Invoke(settings) ?? settings, Log);
        _services.Add(service);
        return service;
    }

    /// <summary>A client that nobody asks who it is.</summary>
    public GlanceImageService ConnectOpen(params PlayedServer[] servers) =>
        Connect(settings => settings with { Identity = new IdentitySettings(), ImageEndpoints = servers.Length == 0 ? [new Uri(Images.Address + "/v2")] : [.. servers.Select(server => new Uri(server.Address + "/v2"))] });

    public static RequestDelegate Json(string json) => PlayedServer.Text(200, json);

    public async ValueTask DisposeAsync()
    {
        _services.ForEach(service => service.Dispose());
        await Identity.DisposeAsync();
        await Images.DisposeAsync();
    }

    private Task PauseAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        Assert.Equal(TimeSpan.FromSeconds(1), time);
        Pauses++;
        return Task.CompletedTask;
    }
}
