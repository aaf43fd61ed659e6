using ImageUtils.Conversion;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>Volumes become images of a real Glance, and come back; by the library and by the command line.</summary>
public sealed class RealTransferTests(OpenStackServices openStack) : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_volume_goes_out_as_qcow2_and_comes_back_as_it_was()
    {
        Workshop.RequireQemuImg();
        using GlanceImageService service = await openStack.ConnectAsync();
        string volume = _workshop.MakeDisk("volume", 8 << 20);
        ImagePublishResult published = await new ImagePublisher(_workshop.Context, service, _workshop.Converter).PublishAsync(
            new PublishRequest { SourcePath = volume, NewImage = new NewServiceImage { Name = "volume", DiskFormat = "qcow2" }, StoreId = "cheap", BaseImageId = Guid.NewGuid().ToString() }, Token);
        ServiceImage image = await service.GetAsync(published.ImageId, Token);
        Assert.Equal(("active", "qcow2", published.Size, published.Hash), (image.Status, image.DiskFormat, image.Size, image.OsHashValue));
        Assert.Equal(["cheap"], image.Stores);

        ImageConversionResult result = await new VolumeFetcher(_workshop.Context, service, _workshop.Converter).FetchAsync(
            new VolumeFetchRequest { ImageId = image.ImageId, DestinationPath = _workshop.File("back"), OutputFormat = DiskFormat.Raw }, Token);
        Assert.Equal(8 << 20, result.VirtualSize);
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("back")));

        ImageFetchResult fetched = await new ImageFetcher(_workshop.Context, service).FetchAsync(
            new FetchRequest { ImageId = image.ImageId, DestinationPath = _workshop.File("image"), Hash = new HashDemand { RequireHash = true } }, Token);
        Assert.True(fetched.IsHashVerified);
        Assert.Equal(published.Hash, fetched.Hash);
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task The_command_line_works_with_variables_a_cloud_and_an_endpoint()
    {
        OpenStackState state = await openStack.RequireAsync();
        _workshop.MakeDisk("volume", 1 << 20);
        Dictionary<string, string> variables = Variables(state, "demo");
        CommandLine published = await RunAsync(variables, "publish", "volume", "--name", "cli", "--disk-format", "raw", "--store", "cheap", "--json");
        Assert.True(published.ExitCode == 0, published.Error);
        string id = published.Objects[0].GetProperty("imageId").GetString()!;

        await File.WriteAllTextAsync(
            _workshop.File("clouds.yaml"),
            $"clouds: {{mine: {{auth: {{auth_url: '{state.Identity}', application_credential_id: {state.ApplicationCredential.Id}}}, auth_type: v3applicationcredential}}}}",
            Token);
        await File.WriteAllTextAsync(_workshop.File("secure.yaml"), $"clouds: {{mine: {{auth: {{application_credential_secret: {state.ApplicationCredential.Secret}}}}}}}", Token);
        CommandLine fetched = await RunAsync(null, "fetch", id, "back", "--cloud", "mine", "--json", "--verbose");
        Assert.True(fetched.ExitCode == 0, fetched.Error);
        Assert.True(fetched.Objects[0].GetProperty("isHashVerified").GetBoolean());
        Assert.Single(fetched.Error.Split('\n'), line => line.Contains($"/v2/images/{id} 200", StringComparison.Ordinal));
        Assert.DoesNotContain(state.ApplicationCredential.Secret, fetched.Error, StringComparison.Ordinal);
        Assert.Equal(Workshop.Sha256(_workshop.File("volume")), Workshop.Sha256(_workshop.File("back")));

        using GlanceImageService service = await openStack.ConnectAsync();
        await File.WriteAllTextAsync(_workshop.File("token"), (await service.Connection.Tokens.GetAsync(Token))!.Reveal() + "\n", Token);
        CommandLine shown = await RunAsync(null, "images", "show", id, "--endpoint", state.Image, "--token-file", "token", "--json");
        Assert.Equal("cli", shown.Objects[0].GetProperty("name").GetString());
        CommandLine refused = await RunAsync(null, "images", "show", id, "--endpoint", state.Image);
        Assert.Equal(1, refused.ExitCode);
        Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, (await RunAsync(variables, "images", "delete", id)).ExitCode);
    }

    [Fact]
    public async Task The_command_line_shares_images_and_has_them_imported()
    {
        OpenStackState state = await openStack.RequireAsync();
        _workshop.MakeDisk("volume", 1 << 20);
        OpenStackAccount theirs = state.Accounts["other"];
        string id = (await CliAsync("demo", "images", "create", "shared", "--disk-format", "raw", "--json")).Objects[0].GetProperty("imageId").GetString()!;
        await CliAsync("demo", "images", "update", id, "--visibility", "shared");
        CommandLine added = await CliAsync("demo", "images", "member-add", id, theirs.ProjectId, "--json");
        Assert.Equal("pending", added.Objects[0].GetProperty("status").GetString());
        Assert.Equal(id, (await CliAsync("other", "images", "list", "--visibility", "shared", "--member-status", "pending", "--json")).Objects.Single(image => image.GetProperty("imageId").GetString() == id).GetProperty("imageId").GetString());
        Assert.Equal("accepted", (await CliAsync("other", "images", "member-set", id, "accepted", "--json")).Objects[0].GetProperty("status").GetString());
        Assert.Contains(theirs.ProjectId, (await CliAsync("demo", "images", "members", id)).Output, StringComparison.Ordinal);
        await CliAsync("demo", "images", "member-remove", id, theirs.ProjectId);
        Assert.Empty((await CliAsync("demo", "images", "members", id, "--json")).Objects);
        await CliAsync("demo", "images", "delete", id);

        CommandLine made = await RunAsync(null, "images", "create", "imported", "--disk-format", "raw", "--endpoint", state.OpenImage, "--json");
        string imported = made.Objects[0].GetProperty("imageId").GetString()!;
        CommandLine import = await RunAsync(null, "images", "import", imported, "volume", "--store", "cheap", "--endpoint", state.OpenImage, "--json");
        Assert.True(import.ExitCode == 0, import.Error);
        Assert.Equal("active", import.Objects[0].GetProperty("status").GetString());
        CommandLine tasks = await RunAsync(null, "images", "tasks", imported, "--endpoint", state.OpenImage, "--json");
        Assert.Equal("success", tasks.Objects[0].GetProperty("status").GetString());
        CommandLine local = await RunAsync(null, "images", "import", imported, "volume", "--local", "images");
        Assert.Equal(1, local.ExitCode);
        Assert.Contains("imports nothing on its own time", local.Error, StringComparison.Ordinal);
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        await service.DeleteAsync(imported, Token);

        async Task<CommandLine> CliAsync(string user, params string[] words)
        {
            CommandLine run = await RunAsync(Variables(state, user), words);
            Assert.True(run.ExitCode == 0, run.Error);
            return run;
        }
    }

    [Fact]
    public async Task The_command_line_works_with_a_service_that_asks_nobody()
    {
        OpenStackState state = await openStack.RequireAsync();
        Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["IMAGEUTILS_ENDPOINT"] = state.OpenImage };
        CommandLine made = await RunAsync(variables, "images", "create", "open", "--disk-format", "qcow2", "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        string id = made.Objects[0].GetProperty("imageId").GetString()!;
        CommandLine changed = await RunAsync(null, "images", "update", id, "--name", "other", "--endpoint", state.OpenImage, "--json");
        Assert.Equal("other", changed.Objects[0].GetProperty("name").GetString());
        Assert.Equal(0, (await RunAsync(null, "images", "delete", id, "--endpoint", state.OpenImage)).ExitCode);
    }

    [Theory]
    [InlineData(2, "images", "list", "--local", "x", "--endpoint", "http://127.0.0.1:1")]
    [InlineData(2, "images", "list", "--token-file", "x")]
    [InlineData(1, "images", "list", "--cloud", "nobody")]
    [InlineData(1, "images", "list", "--endpoint", "ftp://x")]
    [InlineData(1, "images", "list", "--endpoint", "http://127.0.0.1:1", "--token-file", "missing")]
    public async Task A_service_that_makes_no_sense_is_one_line(int exitCode, params string[] words)
    {
        CommandLine run = await RunAsync(null, words);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static Dictionary<string, string> Variables(OpenStackState state, string user) => new(StringComparer.Ordinal)
    {
        ["OS_AUTH_URL"] = state.Identity,
        ["OS_USERNAME"] = state.Accounts[user].User,
        ["OS_PASSWORD"] = state.Accounts[user].Password,
        ["OS_PROJECT_NAME"] = state.Accounts[user].Project,
        ["OS_USER_DOMAIN_ID"] = "default",
        ["OS_PROJECT_DOMAIN_ID"] = "default",
    };

    private Task<CommandLine> RunAsync(IReadOnlyDictionary<string, string>? variables, params string[] words)
    {
        // Whoever runs the tests may be at home in a cloud; without a place of one's own its clouds.yaml would be found.
        Dictionary<string, string> all = new(StringComparer.Ordinal) { ["HOME"] = _workshop.Folder, ["OS_CLOUD"] = string.Empty, ["OS_AUTH_URL"] = string.Empty };
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            all[name] = value;
        }

        return CommandLine.RunAsync(_workshop.Folder, words, variables: all);
    }
}
