using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.IntegrationTests.Transfer;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Identity;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>Images of a service are converted: in a folder under their ids, in a real Glance into new images.</summary>
public sealed class RealConversionTests(OpenStackServices openStack) : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task In_Glance_a_new_image_is_made_in_the_same_store_and_the_original_stays()
    {
        Workshop.RequireQemuImg();
        using GlanceImageService service = await openStack.ConnectAsync();
        string volume = _workshop.MakeDisk("volume", 8 << 20);
        string id = await PublishAsync(service, volume, "qcow2", new Dictionary<string, string>(StringComparer.Ordinal) { ["os_distro"] = "debian" });
        ServiceImage original = await service.UpdateAsync(id, new ImageChanges { Protected = true, Tags = ["tagged"] }, Token);

        ServiceImage converted = await ConvertAsync(service, id, "raw");
        Assert.NotEqual(id, converted.ImageId);
        Assert.Equal(("active", "raw", "bare", 8 << 20, "volume"), (converted.Status, converted.DiskFormat, converted.ContainerFormat, converted.Size, converted.Name));
        Assert.True(converted.Protected);
        Assert.Equal("tagged", Assert.Single(converted.Tags));
        Assert.Equal("debian", converted.Properties["os_distro"]);
        Assert.Equal("cheap", Assert.Single(converted.Stores));
        Assert.Equivalent(original, await service.GetAsync(id, Token));
        await new ImageFetcher(_workshop.Context, service).FetchAsync(new FetchRequest { ImageId = converted.ImageId, DestinationPath = _workshop.File("back"), Hash = new HashDemand { RequireHash = true } }, Token);
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("back")));
        Assert.Equal(["back", "volume"], _workshop.Names());

        await Assert.ThrowsAsync<ImageProtectedException>(() => ConvertAsync(service, id, "vmdk", removeOriginal: true));
        await service.UpdateAsync(id, new ImageChanges { Protected = false }, Token);
        ServiceImage vmdk = await ConvertAsync(service, id, "vmdk", removeOriginal: true);
        Assert.Equal("vmdk", vmdk.DiskFormat);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => service.GetAsync(id, Token));
        await service.DeleteAsync(vmdk.ImageId, Token);
        await service.UpdateAsync(converted.ImageId, new ImageChanges { Protected = false }, Token);
        await service.DeleteAsync(converted.ImageId, Token);
    }

    [Fact]
    public async Task In_Glance_a_hostile_image_leaves_nothing_but_itself()
    {
        Workshop.RequireQemuImg();
        using GlanceImageService service = await openStack.ConnectAsync();
        string name = "hostile-" + Guid.NewGuid();
        _workshop.MakeDisk("base", 1 << 20);
        await _workshop.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", _workshop.File("base"), _workshop.File("hostile"));
        ServiceImage queued = await service.CreateAsync(new NewServiceImage { Name = name, DiskFormat = "qcow2" }, Token);
        await using (FileStream data = File.OpenRead(_workshop.File("hostile")))
        {
            await service.UploadAsync(queued.ImageId, data, ImageUploadOptions.Default, Token);
        }

        await Assert.ThrowsAsync<ImageUnacceptableException>(() => ConvertAsync(service, queued.ImageId, "raw"));
        List<ServiceImage> found = await ListAsync(service, name);
        Assert.Equal(queued.ImageId, Assert.Single(found).ImageId);
        await service.DeleteAsync(queued.ImageId, Token);
    }

    [Fact]
    public async Task In_Glance_what_the_server_does_not_allow_is_said_before_any_data_move()
    {
        OpenStackState state = await openStack.RequireAsync();
        var somebody = new IdentitySettings
        {
            AuthUrl = new Uri(state.Identity),
            Method = AuthenticationMethod.Password,
            UserName = "admin",
            Password = SecretText.Of("admin-secret"),
            ProjectName = "admin",
        };
        using GlanceImageService admin = await openStack.ConnectAsync(change: settings => settings with { Identity = somebody });
        string id = await PublishAsync(admin, _workshop.MakeDisk("volume", 1 << 20), "raw", null);
        await admin.UpdateAsync(id, new ImageChanges { Visibility = "public" }, Token);

        var log = new RecordingLog();
        using GlanceImageService demo = await openStack.ConnectAsync(log: log);
        await Assert.ThrowsAsync<NotAuthorizedException>(() => ConvertAsync(demo, id, "vdi"));
        Assert.DoesNotContain(log.VerboseLines, line => line.Contains("/file", StringComparison.Ordinal));
        await admin.DeleteAsync(id, Token);
    }

    [Fact]
    public async Task In_a_folder_the_image_keeps_its_id_and_gets_everything_else_anew()
    {
        Workshop.RequireQemuImg();
        using var room = new ServiceRoom();
        string volume = _workshop.MakeDisk("volume", 8 << 20);
        ImagePublishResult published = await room.PublishAsync(volume, "qcow2");
        foreach (string format in (string[])["vhd", "vmdk", "vdi", "vhdx", "qcow2", "raw"])
        {
            ServiceImage converted = await ConvertAsync(room.Service, published.ImageId, format, context: room.Context);
            Assert.Equal((published.ImageId, format, "active", 8 << 20), (converted.ImageId, converted.DiskFormat, converted.Status, converted.VirtualSize));
            ImageFetchResult fetched = await room.FetchAsync(published.ImageId, room.Out(format));
            Assert.Equal((true, format, converted.Size), (fetched.IsHashVerified, fetched.Format, fetched.Size));
        }

        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(room.Out("raw")));
        Assert.Equal(6, room.Leftovers().Length);
    }

    [Fact]
    public async Task The_command_line_converts_and_says_when_it_does_not()
    {
        Workshop.RequireQemuImg();
        _workshop.MakeDisk("volume", 1 << 20);
        CommandLine published = await CommandLine.RunAsync(_workshop.Folder, ["publish", "volume", "--name", "n", "--disk-format", "qcow2", "--local", "images", "--json"]);
        string id = published.Objects[0].GetProperty("imageId").GetString()!;
        CommandLine nothing = await CommandLine.RunAsync(_workshop.Folder, ["convert-image", id, "--local", "images", "--json"]);
        Assert.Equal((0, string.Empty), (nothing.ExitCode, nothing.Output));
        Assert.Single(nothing.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.Contains("ConversionFormat", StringComparison.Ordinal));
        CommandLine converted = await CommandLine.RunAsync(_workshop.Folder, ["convert-image", id, "--to", "raw", "--local", "images", "--json"]);
        Assert.True(converted.ExitCode == 0, converted.Error);
        Assert.Equal(("raw", id), (converted.Objects[0].GetProperty("diskFormat").GetString(), converted.Objects[0].GetProperty("imageId").GetString()));
        Assert.Equal(Workshop.Sha256(_workshop.File("volume")), Workshop.Sha256(Path.Combine(_workshop.Folder, "images", id, "data")));
        Assert.Equal(1, (await CommandLine.RunAsync(_workshop.Folder, ["convert-image", Guid.NewGuid().ToString(), "--to", "raw", "--local", "images"])).ExitCode);
    }

    [Fact]
    public async Task A_file_location_is_read_from_a_folder_that_is_allowed_and_its_hash_checked()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        string volume = _workshop.MakeDisk("volume", 2 << 20);
        string id = await PublishAsync(service, volume, "raw", null);
        ServiceImage image = await service.GetAsync(id, Token);
        string address = Assert.Single(image.Locations).Address;
        Assert.StartsWith("file:///", address, StringComparison.Ordinal);
        string path = address["file://".Length..];

        Assert.Contains($"{id}/file", await FetchAsync(id, "plain"), StringComparison.Ordinal);
        Assert.Contains($"{id}/file", await FetchAsync(id, "elsewhere", _workshop.Folder), StringComparison.Ordinal);
        string said = await FetchAsync(id, "local", Path.GetDirectoryName(path)!);
        Assert.Contains($"is read from {path}", said, StringComparison.Ordinal);
        Assert.DoesNotContain($"{id}/file", said, StringComparison.Ordinal);
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("local")));

        await using (FileStream tampered = File.OpenWrite(path))
        {
            tampered.WriteByte(7);
        }

        await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(id, "tampered", Path.GetDirectoryName(path)!));
        Assert.False(File.Exists(_workshop.File("tampered")));
        await service.DeleteAsync(id, Token);
    }

    private static async Task<List<ServiceImage>> ListAsync(GlanceImageService service, string name)
    {
        var images = new List<ServiceImage>();
        await foreach (ServiceImage image in service.ListAsync(new ImageFilter { Name = name }, Token))
        {
            images.Add(image);
        }

        return images;
    }

    private async Task<string> PublishAsync(GlanceImageService service, string volume, string format, Dictionary<string, string>? properties, string? store = "cheap")
    {
        var definition = new NewServiceImage { Name = "volume", DiskFormat = format, Properties = properties ?? new(StringComparer.Ordinal) };
        return (await new ImagePublisher(_workshop.Context, service, _workshop.Converter).PublishAsync(new PublishRequest { SourcePath = volume, NewImage = definition, StoreId = store }, Token)).ImageId;
    }

    private Task<ServiceImage> ConvertAsync(IImageService service, string id, string format, bool removeOriginal = false, OperationContext? context = null) =>
        new ServiceImageConverter(context ?? _workshop.Context, service).ConvertAsync(
            new ServiceImageConversionRequest { ImageId = id, OutputFormat = format, RemoveOriginal = removeOriginal }, Token);

    private async Task<string> FetchAsync(string id, string name, params string[] folders)
    {
        var log = new RecordingLog();
        using GlanceImageService heard = await openStack.ConnectAsync(log: log);
        ImageUtilsOptions options = _workshop.Context.Options with { AllowedFileFolders = folders };
        await new ImageFetcher(_workshop.Context with { Options = options, Log = log }, heard).FetchAsync(new FetchRequest { ImageId = id, DestinationPath = _workshop.File(name) }, Token);
        return string.Join('\n', log.VerboseLines);
    }
}
