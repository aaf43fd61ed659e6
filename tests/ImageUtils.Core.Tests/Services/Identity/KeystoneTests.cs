using System.Text;
using System.Text.Json;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Identity;

namespace ImageUtils.Core.Tests.Services.Identity;

/// <summary>Tokens and the catalogue.</summary>
public sealed class KeystoneTests
{
    private static CancellationToken Token => PlayedCloud.Token;

    [Fact]
    public async Task User_and_password_are_sent_with_the_project_as_scope()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string body = await AskAsync(cloud, cloud.Password());
        Assert.Equal(
            """{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"demo","domain":{"id":"default"},"password":"top-secret"}}},"scope":{"project":{"name":"demo-project","domain":{"id":"default"}}}}}""",
            body);
    }

    [Fact]
    public async Task Ids_win_over_names_and_domains_go_with_names()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        IdentitySettings byId = cloud.Password() with { UserId = "u", ProjectId = "p" };
        Assert.Contains("""{"user":{"id":"u","password":"top-secret"}}},"scope":{"project":{"id":"p"}}""", await AskAsync(cloud, byId), StringComparison.Ordinal);
        IdentitySettings byDomain = cloud.Password() with { UserDomainName = "UD", ProjectDomainId = "pd" };
        string body = await AskAsync(cloud, byDomain);
        Assert.Contains("\"name\":\"demo\",\"domain\":{\"name\":\"UD\"}", body, StringComparison.Ordinal);
        Assert.Contains("\"domain\":{\"id\":\"pd\"}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_credential_goes_without_a_scope()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        IdentitySettings byId = cloud.Password() with { Method = AuthenticationMethod.ApplicationCredential, ApplicationCredentialId = "ac", ApplicationCredentialSecret = SecretText.Of("s") };
        Assert.Equal("""{"auth":{"identity":{"methods":["application_credential"],"application_credential":{"id":"ac","secret":"s"}}}}""", await AskAsync(cloud, byId));
        IdentitySettings byName = byId with { ApplicationCredentialId = null, ApplicationCredentialName = "mine", ApplicationCredentialSecret = SecretText.Of("s") };
        Assert.Contains("""{"name":"mine","user":{"name":"demo","domain":{"id":"default"}},"secret":"s"}""", await AskAsync(cloud, byName), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_examined_or_exchanged_for_one_of_the_project()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("GET /v3/auth/tokens", PlayedCloud.Json(cloud.TokenJson()));
        var identity = new IdentitySettings { AuthUrl = cloud.Identity.Uri, Method = AuthenticationMethod.Token, Token = SecretText.Of("mine") };
        GlanceImageService kept = cloud.Connect(settings => settings with { Identity = identity });
        await kept.ConnectAsync(Token);
        Assert.Equal("mine", cloud.Images.Headers.Last()["X-Auth-Token"]);
        Assert.Equal("u1", kept.Account.UserId);
        string body = await AskAsync(cloud, identity with { Token = SecretText.Of("mine"), ProjectName = "other" });
        Assert.Contains("""{"methods":["token"],"token":{"id":"mine"}},"scope":""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_for_no_project_is_refused_with_the_reason()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(201, cloud.TokenJson(project: null), "application/json", ("X-Subject-Token", "t")));
        var e = await Assert.ThrowsAsync<NotAuthorizedException>(() => cloud.Connect(settings => settings with { Identity = cloud.Password(project: null) }).ConnectAsync(Token));
        Assert.Contains("no project", e.Reason, StringComparison.Ordinal);
        Assert.Contains("-Project", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(cloud.Images.Log());
    }

    [Fact]
    public async Task A_wrong_password_is_not_authorized_and_never_quoted()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(401, """{"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}}"""));
        var e = await Assert.ThrowsAsync<NotAuthorizedException>(() => cloud.Connect().ConnectAsync(Token));
        Assert.Contains("requires authentication. (HTTP 401)", e.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("top-secret", e.ToString(), StringComparison.Ordinal);
        Assert.Single(cloud.Identity.Log());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"token\": 5}")]
    [InlineData("nonsense")]
    [InlineData("{\"token\": {\"user\": \"u\"}}")]
    public async Task What_is_no_token_is_an_error(string answer)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(201, answer, "application/json", ("X-Subject-Token", "t")));
        Exception e = (await Record.ExceptionAsync(() => cloud.Connect().ConnectAsync(Token)))!;
        Assert.True(e is ServiceUnavailableException or NotAuthorizedException, e.ToString());
    }

    [Fact]
    public async Task A_good_answer_without_the_header_is_no_identity_service()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(200, "<html>Welcome</html>", "text/html"));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.Connect().ConnectAsync(Token));
        Assert.StartsWith("The identity service ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_service_that_is_busy_is_asked_again()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Status(503), PlayedServer.Text(201, cloud.TokenJson(), "application/json", ("X-Subject-Token", "t")));
        await cloud.Connect().ConnectAsync(Token);
        Assert.Equal(1, cloud.Pauses);
    }

    [Theory]
    [InlineData("[]", "no catalogue")]
    [InlineData("[{\"type\": \"volumev3\", \"endpoints\": [{\"interface\": \"public\", \"region_id\": \"R1\", \"url\": \"http://x\"}]}]", "volumev3")]
    [InlineData("[{\"type\": \"image\", \"endpoints\": [{\"interface\": \"internal\", \"region_id\": \"R1\", \"url\": \"http://x\"}]}]", "internal")]
    [InlineData("[{\"type\": \"image\", \"endpoints\": [{\"interface\": \"public\", \"region_id\": \"R1\", \"url\": \"http://x\"}]}]", "R1")]
    public async Task A_service_that_is_not_in_the_catalogue_is_named_with_what_there_is(string catalog, string told)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(201, cloud.TokenJson(catalog: catalog), "application/json", ("X-Subject-Token", "t")));
        var e = await Assert.ThrowsAsync<EndpointNotFoundException>(() => cloud.Connect(settings => settings with { Region = "R2" }).ConnectAsync(Token));
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Region_and_interface_choose_the_address()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string Endpoint(string side, string region) => $$"""{"interface": "{{side}}", "region_id": "{{region}}", "url": "{{cloud.Images.Address}}/{{side}}-{{region}}/v2"}""";
        string catalog = $$"""[{"type": "image", "endpoints": [{{Endpoint("public", "A")}}, {{Endpoint("internal", "A")}}, {{Endpoint("public", "B")}}, {{Endpoint("internal", "B")}}]}]""";
        cloud.Identity.On("POST /v3/auth/tokens", PlayedServer.Text(201, cloud.TokenJson(catalog: catalog), "application/json", ("X-Subject-Token", "t")));
        cloud.Images.On("GET /internal-B/v2/images", PlayedCloud.Json("{\"images\": []}"));
        cloud.Images.On("GET /public-A/v2/images", PlayedCloud.Json("{\"images\": []}"));
        await cloud.Connect(settings => settings with { Region = "B", Interface = "internal" }).ConnectAsync(Token);
        await cloud.Connect().ConnectAsync(Token);
        Assert.Equal(2, cloud.Images.Log().Length);
    }

    [Fact]
    public async Task The_identity_service_is_found_by_its_version_document()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Identity.On("GET /identity/", PlayedServer.Text(300, $$"""{"versions": {"values": [{"id": "v2.0", "links": []}, {"id": "v3.14", "links": [{"rel": "self", "href": "{{cloud.Identity.Address}}/identity/v3/"}]}]} }"""));
        cloud.Identity.On("POST /identity/v3/auth/tokens", PlayedServer.Text(201, cloud.TokenJson(), "application/json", ("X-Subject-Token", "t")));
        await cloud.Connect(settings => settings with { Identity = cloud.Password() with { AuthUrl = new Uri(cloud.Identity.Address + "/identity/v2.0") } }).ConnectAsync(Token);
        Assert.Equal(["GET /identity/", "POST /identity/v3/auth/tokens"], cloud.Identity.Log());
    }

    [Fact]
    public async Task The_account_is_told_and_the_token_is_not()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        GlanceImageService service = cloud.Connect();
        await service.ConnectAsync(Token);
        ServiceAccount account = service.Account;
        Assert.Equal(("u1", "demo", "p1", "demo-project"), (account.UserId, account.UserName, account.ProjectId, account.ProjectName));
        Assert.Equal(new DateTime(2020, 1, 1, 1, 0, 0, DateTimeKind.Utc), account.ExpiresAt);
        Assert.DoesNotContain("token-1", JsonSerializer.Serialize(account) + account + new ImageServiceConnection(service), StringComparison.Ordinal);
        Assert.Single(cloud.Identity.Log());
    }

    [Fact]
    public async Task A_closed_connection_has_no_secrets_left()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        IdentitySettings identity = cloud.Password();
        GlanceImageService service = cloud.Connect(settings => settings with { Identity = identity });
        await service.ConnectAsync(Token);
        service.Dispose();
        Assert.True(identity.Password!.IsEmpty);
        await Assert.ThrowsAnyAsync<Exception>(() => service.ConnectAsync(Token));
    }

    [Fact]
    public void A_secret_never_prints_itself()
    {
        using SecretText secret = SecretText.Of("top-secret");
        var settings = new IdentitySettings { Password = secret, Token = secret, ApplicationCredentialSecret = secret };
        Assert.DoesNotContain("top-secret", settings.ToString() + secret + JsonSerializer.Serialize(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("gAAAA\r\nX-Other: 1")]
    [InlineData("t\u00f6ken")]
    [InlineData("  ")]
    public void What_could_not_go_into_a_header_is_no_token(string text)
    {
        var e = Assert.Throws<InvalidOptionException>(() => TokenText.Parse(text, "the token"));
        Assert.Contains("'***'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_file_that_others_can_read_is_warned_of()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no modes.");
            return;
        }

        using var folder = new TemporaryFolder();
        string path = folder.File("token");
        System.IO.File.WriteAllText(path, " gAAAA-token\n");
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var warnings = new List<string>();
        Assert.Equal("gAAAA-token", TokenText.Read(path, warnings.Add).Reveal());
        Assert.Empty(warnings);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        TokenText.Read(path, warnings.Add);
        Assert.DoesNotContain("gAAAA", Assert.Single(warnings), StringComparison.Ordinal);
        System.IO.File.WriteAllBytes(path, new byte[1 << 20]);
        Assert.Throws<InvalidOptionException>(() => TokenText.Read(path, warnings.Add));
    }

    private static async Task<string> AskAsync(PlayedCloud cloud, IdentitySettings identity)
    {
        string body = string.Empty;
        cloud.Identity.On("GET /", PlayedServer.Status(404));
        cloud.Identity.On("POST /v3/auth/tokens", async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            body = await reader.ReadToEndAsync();
            await PlayedServer.Text(201, cloud.TokenJson(), "application/json", ("X-Subject-Token", "t"))(context);
        });
        await cloud.Connect(settings => settings with { Identity = identity }).ConnectAsync(Token);
        return body;
    }
}
