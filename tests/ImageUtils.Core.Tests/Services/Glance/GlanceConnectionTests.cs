using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;

namespace ImageUtils.Core.Tests.Services.Glance;

/// <summary>How requests get to a service: tries, several servers, tokens, redirects, silence.</summary>
public sealed class GlanceConnectionTests
{
    private static readonly string ImagePath = $"GET /v2/images/{PlayedCloud.ImageId}";

    private static CancellationToken Token => PlayedCloud.Token;

    [Fact]
    public async Task A_503_is_tried_again_after_a_second()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Status(503), PlayedServer.Abort, PlayedCloud.Json(PlayedCloud.ImageJson()));
        Assert.Equal("one", (await cloud.ConnectOpen().GetAsync(PlayedCloud.ImageId, Token)).Name);
        Assert.Equal(2, cloud.Pauses);
        Assert.Equal(3, cloud.Images.Log().Length);
    }

    [Fact]
    public async Task After_as_many_tries_as_the_option_says_the_service_is_unavailable()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Text(503, "<html><body><h1>503 Service Unavailable</h1>Gone fishing</body></html>", "text/html", ("x-openstack-request-id", "req-1234")));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.ConnectOpen().GetAsync(PlayedCloud.ImageId, Token));
        Assert.Equal(4, cloud.Images.Log().Length);
        Assert.Equal("Gone fishing (HTTP 503, request req-1234)", e.Reason);
    }

    [Fact]
    public async Task No_tries_again_where_the_option_says_none()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Status(503));
        GlanceImageService service = cloud.Connect(settings => settings with { Identity = new IdentitySettings(), ImageEndpoints = [new Uri(cloud.Images.Address + "/v2")], RetryCount = 0 });
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => service.GetAsync(PlayedCloud.ImageId, Token));
        Assert.Single(cloud.Images.Log());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    public async Task Other_trouble_of_a_server_is_not_tried_again(int status)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Text(status, "{\"error\": {\"message\": \"out of order\", \"code\": 500}}"));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.ConnectOpen().GetAsync(PlayedCloud.ImageId, Token));
        Assert.Single(cloud.Images.Log());
        Assert.Contains("out of order", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_servers_are_tried_in_turn_and_the_good_one_is_kept()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        PlayedServer dead = await PlayedServer.StartAsync();
        string address = dead.Address;
        await using PlayedServer busy = await PlayedServer.StartAsync();
        busy.On(ImagePath, PlayedServer.Status(503));
        cloud.Images.On(ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        GlanceImageService service = cloud.Connect(settings => settings with
        {
            Identity = new IdentitySettings(),
            ImageEndpoints = [new Uri(address + "/v2"), new Uri(busy.Address + "/v2"), new Uri(cloud.Images.Address + "/v2")],
        });
        await dead.DisposeAsync();
        await service.GetAsync(PlayedCloud.ImageId, Token);
        await service.GetAsync(PlayedCloud.ImageId, Token);
        Assert.Equal(2, cloud.Images.Log().Length);
        Assert.InRange(cloud.Pauses, 0, 2);
        Assert.Equal(cloud.Images.Address + "/v2", service.Location);
    }

    [Fact]
    public async Task A_server_that_nobody_answers_at_is_unavailable()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        PlayedServer dead = await PlayedServer.StartAsync();
        GlanceImageService service = cloud.ConnectOpen(dead);
        await dead.DisposeAsync();
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => service.GetAsync(PlayedCloud.ImageId, Token));
        Assert.Equal("ServiceUnavailable", e.ErrorId);
        Assert.Equal(3, cloud.Pauses);
    }

    [Fact]
    public async Task An_expired_token_is_renewed_and_the_request_sent_again()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /", PlayedServer.Status(404));
        cloud.Images.On(ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()), PlayedServer.Status(401), PlayedCloud.Json(PlayedCloud.ImageJson()));
        GlanceImageService service = cloud.Connect();
        await service.GetAsync(PlayedCloud.ImageId, Token);
        await service.GetAsync(PlayedCloud.ImageId, Token);
        string[] tokens = cloud.Images.Headers.Select(headers => headers.GetValueOrDefault("X-Auth-Token", "(none)")).ToArray();
        Assert.Equal(["(none)", "token-1", "token-1", "token-2"], tokens);
        Assert.Equal(0, cloud.Pauses);
    }

    [Fact]
    public async Task A_second_401_is_an_error_and_no_circle()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Text(401, "<html><body>This server could not verify that you are authorized</body></html>", "text/html"));
        var e = await Assert.ThrowsAsync<NotAuthorizedException>(() => cloud.Connect().GetAsync(PlayedCloud.ImageId, Token));
        Assert.Equal(2, cloud.Identity.Log().Length);
        Assert.Contains("could not verify", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_the_user_brought_cannot_be_renewed()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Status(401));
        GlanceImageService service = cloud.Connect(settings => settings with
        {
            Identity = new IdentitySettings { Method = AuthenticationMethod.Token, Token = SecretText.Of("brought") },
            ImageEndpoints = [new Uri(cloud.Images.Address + "/v2")],
        });
        await Assert.ThrowsAsync<NotAuthorizedException>(() => service.GetAsync(PlayedCloud.ImageId, Token));
        Assert.Equal("brought", Assert.Single(cloud.Images.Headers)["X-Auth-Token"]);
    }

    [Fact]
    public async Task Another_request_waits_for_the_same_new_token()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, async context =>
        {
            bool isOld = context.Request.Headers["X-Auth-Token"] == "token-1";
            await (isOld ? PlayedServer.Status(401) : PlayedCloud.Json(PlayedCloud.ImageJson()))(context);
        });
        GlanceImageService service = cloud.Connect();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.GetAsync(PlayedCloud.ImageId, Token)));
        Assert.Equal(2, cloud.Identity.Log().Length);
    }

    [Fact]
    public async Task A_service_token_goes_beside_the_user_token()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        GlanceImageService service = cloud.Connect(settings => settings with { ServiceIdentity = cloud.Password("service") with { UserName = "cinder" } });
        await service.ConnectAsync(Token);
        await service.GetAsync(PlayedCloud.ImageId, Token);
        Dictionary<string, string> headers = cloud.Images.Headers.Last();
        Assert.Equal("token-1", headers["X-Auth-Token"]);
        Assert.Equal("token-2", headers["X-Service-Token"]);
    }

    [Fact]
    public async Task A_redirect_to_another_host_gets_no_token()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer other = await PlayedServer.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Status(302, ("Location", other.Address + "/steal")));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.Connect().GetAsync(PlayedCloud.ImageId, Token));
        Assert.Empty(other.Log());
        Assert.Contains(other.Address, e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_on_the_same_server_is_followed_and_a_circle_is_not()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Status(301, ("Location", $"/v2/images/{PlayedCloud.ImageId}/")));
        cloud.Images.On(ImagePath + "/", PlayedCloud.Json(PlayedCloud.ImageJson()), PlayedServer.Status(301, ("Location", $"/v2/images/{PlayedCloud.ImageId}/")));
        GlanceImageService service = cloud.ConnectOpen();
        Assert.Equal("one", (await service.GetAsync(PlayedCloud.ImageId, Token)).Name);
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => service.GetAsync(PlayedCloud.ImageId, Token));
        Assert.Contains("circles", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_cut_at_the_bound()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        byte[] spaces = new byte[1 << 20];
        Array.Fill(spaces, (byte)' ');
        cloud.Images.On(ImagePath, async context =>
        {
            for (int i = 0; i < 64 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
            }
        });
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.ConnectOpen().GetAsync(PlayedCloud.ImageId, Token));
        Assert.Contains("longer than", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_server_is_given_up()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Stall([], 10));
        GlanceImageService service = cloud.Connect(settings => settings with
        {
            Identity = new IdentitySettings(),
            ImageEndpoints = [new Uri(cloud.Images.Address + "/v2")],
            RetryCount = 1,
            Transport = new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(1.5) },
        });
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => service.GetAsync(PlayedCloud.ImageId, Token));
        Assert.Equal("no byte moved for 1.5 seconds.", e.Reason);
        Assert.Equal(2, cloud.Images.Log().Length);
    }

    [Fact]
    public async Task The_user_may_stop_a_request_at_any_time()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Stall([], 10));
        using var stop = new CancellationTokenSource();
        Task<ServiceImage> asked = cloud.ConnectOpen().GetAsync(PlayedCloud.ImageId, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task The_address_is_found_by_the_version_document()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /image/", PlayedServer.Text(300, $$"""{"versions": [{"id": "v2.16", "links": [{"rel": "self", "href": "{{cloud.Images.Address}}/image/v2.16/"}]}, {"id": "v1.0", "links": []}]}"""));
        cloud.Images.On($"GET /image/v2.16/images/{PlayedCloud.ImageId}", PlayedCloud.Json(PlayedCloud.ImageJson()));
        GlanceImageService service = cloud.Connect(settings => settings with { Identity = new IdentitySettings(), ImageEndpoints = [new Uri(cloud.Images.Address + "/image")] });
        await service.GetAsync(PlayedCloud.ImageId, Token);
        await service.GetAsync(PlayedCloud.ImageId, Token);
        Assert.Equal(3, cloud.Images.Log().Length);
    }

    [Fact]
    public async Task A_version_document_cannot_send_the_token_elsewhere()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer other = await PlayedServer.StartAsync();
        cloud.Images.On("GET /", PlayedServer.Text(300, $$"""{"versions": [{"id": "v2.16", "links": [{"rel": "self", "href": "{{other.Address}}/v2/"}]}]}"""));
        cloud.Images.On(ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        await cloud.Connect().GetAsync(PlayedCloud.ImageId, Token);
        Assert.Empty(other.Log());
    }

    [Fact]
    public async Task A_service_without_our_version_says_so()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /", PlayedServer.Text(300, """{"versions": [{"id": "v3.0", "links": []}]}"""));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.Connect().GetAsync(PlayedCloud.ImageId, Token));
        Assert.Contains("version 2", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_request_says_who_asks_and_no_log_line_holds_a_secret()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On(ImagePath, PlayedServer.Status(503), PlayedServer.Status(401), PlayedCloud.Json(PlayedCloud.ImageJson()));
        await cloud.Connect().GetAsync(PlayedCloud.ImageId, Token);
        Assert.All(cloud.Images.Headers, headers => Assert.StartsWith("ImageUtils/", headers["User-Agent"], StringComparison.Ordinal));
        string[] said = [.. cloud.Log.VerboseLines, .. cloud.Log.Warnings];
        Assert.Contains(said, line => line.Contains(ImagePath[4..], StringComparison.Ordinal));
        Assert.DoesNotContain(said, line => line.Contains("token-", StringComparison.Ordinal) || line.Contains("top-secret", StringComparison.Ordinal));
    }
}
