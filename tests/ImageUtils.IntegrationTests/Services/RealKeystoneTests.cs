using ImageUtils.Errors;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Identity;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>Every way to prove who one is, against a real Keystone.</summary>
public sealed class RealKeystoneTests(OpenStackServices openStack)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task User_and_password_give_an_account_with_its_project()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectAsync();
        await service.ConnectAsync(Token);
        OpenStackAccount demo = state.Accounts["demo"];
        Assert.Equal((demo.UserId, "demo", demo.ProjectId, "demo"), (service.Account.UserId, service.Account.UserName, service.Account.ProjectId, service.Account.ProjectName));
        Assert.True(service.Account.ExpiresAt > DateTime.UtcNow);
    }

    [Fact]
    public async Task Names_and_ids_and_domains_lead_to_the_same_account()
    {
        OpenStackState state = await openStack.RequireAsync();
        OpenStackAccount demo = state.Accounts["demo"];
        foreach (Func<IdentitySettings, IdentitySettings> change in new Func<IdentitySettings, IdentitySettings>[]
        {
            password => password with { UserDomainName = "Default", ProjectDomainName = "Default" },
            password => password with { UserName = null, ProjectName = null, UserId = demo.UserId, ProjectId = demo.ProjectId },
            password => password with { AuthUrl = new Uri(state.Identity.Replace("/v3", string.Empty, StringComparison.Ordinal)) },
            password => password with { AuthUrl = new Uri(state.Identity.Replace("/v3", "/v2.0", StringComparison.Ordinal)) },
        })
        {
            using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with { Identity = change(settings.Identity) });
            await service.ConnectAsync(Token);
            Assert.Equal(demo.UserId, service.Account.UserId);
        }
    }

    [Fact]
    public async Task An_application_credential_is_enough_by_id_and_by_name()
    {
        OpenStackState state = await openStack.RequireAsync();
        var byId = new IdentitySettings
        {
            AuthUrl = new Uri(state.Identity),
            Method = AuthenticationMethod.ApplicationCredential,
            ApplicationCredentialId = state.ApplicationCredential.Id,
            ApplicationCredentialSecret = SecretText.Of(state.ApplicationCredential.Secret),
        };
        IdentitySettings byName = byId with
        {
            ApplicationCredentialId = null,
            ApplicationCredentialName = state.ApplicationCredential.Name,
            UserName = "demo",
            ApplicationCredentialSecret = SecretText.Of(state.ApplicationCredential.Secret),
        };
        foreach (IdentitySettings identity in new[] { byId, byName })
        {
            using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with { Identity = identity });
            await service.ConnectAsync(Token);
            Assert.Equal("demo", service.Account.ProjectName);
        }
    }

    [Fact]
    public async Task A_token_is_used_as_it_is_or_exchanged()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService first = await openStack.ConnectAsync();
        IdentityToken token = (await first.Connection.Tokens.GetAsync(Token))!;
        foreach (string? project in new[] { null, "demo" })
        {
            var identity = new IdentitySettings { AuthUrl = new Uri(state.Identity), Method = AuthenticationMethod.Token, Token = SecretText.Of(token.Reveal()), ProjectName = project };
            using GlanceImageService second = await openStack.ConnectAsync(change: settings => settings with { Identity = identity });
            await second.ConnectAsync(Token);
            Assert.Equal(token.UserId, second.Account.UserId);
        }

        var bare = new IdentitySettings { Method = AuthenticationMethod.Token, Token = SecretText.Of(token.Reveal()) };
        using GlanceImageService third = await openStack.ConnectAsync(change: settings => settings with { Identity = bare, ImageEndpoints = [new Uri(state.Image)] });
        await third.ConnectAsync(Token);
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_replaced()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectAsync();
        IdentityToken token = (await service.Connection.Tokens.GetAsync(Token))!;
        using var http = new HttpClient();
        using var revoke = new HttpRequestMessage(HttpMethod.Delete, state.Identity + "/auth/tokens");
        revoke.Headers.Add("X-Auth-Token", token.Reveal());
        revoke.Headers.Add("X-Subject-Token", token.Reveal());
        (await http.SendAsync(revoke, Token)).EnsureSuccessStatusCode();
        await service.ConnectAsync(Token);
        Assert.NotEqual(token.Reveal(), (await service.Connection.Tokens.GetAsync(Token))!.Reveal());
    }

    [Fact]
    public async Task A_user_without_a_project_is_refused_with_the_reason()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with { Identity = OpenStackServices.PasswordOf(state, "demo") with { ProjectName = null } });
        var e = await Assert.ThrowsAsync<NotAuthorizedException>(() => service.ConnectAsync(Token));
        Assert.Contains("no project", e.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wrong", "demo")]
    [InlineData("demo-secret", "other")]
    [InlineData("demo-secret", "nobodys")]
    public async Task A_wrong_password_or_project_is_not_authorized(string password, string project)
    {
        using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with { Identity = settings.Identity with { Password = SecretText.Of(password), ProjectName = project } });
        var e = await Assert.ThrowsAsync<NotAuthorizedException>(() => service.ConnectAsync(Token));
        Assert.Contains("req-", e.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(password, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_catalogue_knows_regions_and_interfaces()
    {
        foreach ((string? region, string side) in new[] { (null, "public"), ("RegionOne", "internal"), ("RegionOne", "admin"), ((string?)"RegionTwo", "public") })
        {
            using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with { Region = region, Interface = side });
            await service.ConnectAsync(Token);
        }

        using GlanceImageService nowhere = await openStack.ConnectAsync(change: settings => settings with { Region = "RegionTwo", Interface = "admin" });
        await Assert.ThrowsAsync<EndpointNotFoundException>(() => nowhere.ConnectAsync(Token));
    }

    [Fact]
    public async Task A_service_token_goes_along()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with { ServiceIdentity = OpenStackServices.PasswordOf(state, "cinder") });
        await service.ConnectAsync(Token);
        Assert.Equal("demo", service.Account.UserName);
    }
}
