using System.Security.Cryptography;
using System.Text.Json;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Local;

namespace ImageUtils.Core.Tests.Services.Local;

public sealed class LocalImageServiceTests : IDisposable
{
    private static readonly byte[] Content = FaultyStream.Pattern(3_000_000);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly LocalImageService _service;

    public LocalImageServiceTests() => _service = new LocalImageService(_folder.File("images"), _log);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_missing_folder_holds_no_images_and_is_not_made_by_looking()
    {
        Assert.Empty(await ListAsync());
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.GetAsync(Guid.NewGuid().ToString(), Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.DeleteAsync(Guid.NewGuid().ToString(), Token));
        Assert.False(Directory.Exists(_service.Location));
    }

    [Fact]
    public async Task An_image_goes_from_queued_to_active_with_its_hashes()
    {
        ServiceImage queued = await _service.CreateAsync(new NewServiceImage { Name = "cirros", DiskFormat = "vpc", MinDisk = 1, MinRam = 64, Tags = ["a", "a", "b"] }, Token);
        Assert.Equal("queued", queued.Status);
        Assert.Equal("vhd", queued.DiskFormat);
        Assert.Equal(["a", "b"], queued.Tags);
        Assert.Null(queued.Size);

        ServiceImage active = await _service.UploadAsync(queued.ImageId, new MemoryStream(Content), new ImageUploadOptions { VirtualSize = 42 }, Token);
        Assert.Equal("active", active.Status);
        Assert.Equal(Content.Length, active.Size);
        Assert.Equal(42, active.VirtualSize);
#pragma warning disable CA5351 // MD5 is Glance's checksum.
        Assert.Equal(Convert.ToHexStringLower(MD5.HashData(Content)), active.Checksum);
#pragma warning restore CA5351
        Assert.Equal("sha512", active.OsHashAlgo);
        Assert.Equal(TransferWorld.Sha512(Content), active.OsHashValue);
        Assert.Equal(Content, await ReadDataAsync(active.ImageId));
        Assert.Equivalent(active, await new LocalImageService(_service.Location).GetAsync(active.ImageId, Token));
        Assert.Equal(["data", "image.json"], Directory.GetFileSystemEntries(Path.Combine(_service.Location, active.ImageId)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_record_has_the_names_of_the_image_api()
    {
        ServiceImage image = await UploadedAsync(new NewServiceImage
        {
            Name = "n",
            DiskFormat = "raw",
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["hw_disk_bus"] = "scsi", ["os_type"] = "línux" },
        });
        using JsonDocument record = JsonDocument.Parse(await File.ReadAllBytesAsync(RecordOf(image.ImageId), Token));
        JsonElement root = record.RootElement;
        Assert.Equal(image.ImageId, root.GetProperty("id").GetString());
        Assert.Equal("raw", root.GetProperty("disk_format").GetString());
        Assert.Equal("bare", root.GetProperty("container_format").GetString());
        Assert.Equal(image.OsHashValue, root.GetProperty("os_hash_value").GetString());
        Assert.Equal("scsi", root.GetProperty("hw_disk_bus").GetString());
        Assert.Equal("línux", root.GetProperty("os_type").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("virtual_size").ValueKind);
        Assert.Equal(0, root.GetProperty("min_disk").GetInt32());
    }

    [Fact]
    public async Task Folders_and_files_are_for_their_owner_only()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix modes.");
            return;
        }

        ServiceImage image = await UploadedAsync(new NewServiceImage { DiskFormat = "raw" });
        const UnixFileMode File600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(File600 | UnixFileMode.UserExecute, File.GetUnixFileMode(_service.Location));
        Assert.Equal(File600 | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_service.Location, image.ImageId)));
        Assert.Equal(File600, File.GetUnixFileMode(RecordOf(image.ImageId)));
        Assert.Equal(File600, File.GetUnixFileMode(DataOf(image.ImageId)));
    }

    [Fact]
    public async Task A_listing_is_oldest_first_and_filtered()
    {
        ServiceImage first = await _service.CreateAsync(new NewServiceImage { Name = "b", DiskFormat = "raw" }, Token);
        ServiceImage second = await _service.CreateAsync(new NewServiceImage { Name = "a", DiskFormat = "qcow2" }, Token);
        ServiceImage third = await UploadedAsync(new NewServiceImage { Name = "a", DiskFormat = "raw" });
        Assert.Equal([first.ImageId, second.ImageId, third.ImageId], (await ListAsync()).Select(image => image.ImageId));
        Assert.Equal([second.ImageId, third.ImageId], (await ListAsync(new ImageFilter { Name = "a" })).Select(image => image.ImageId));
        Assert.Equal([third.ImageId], (await ListAsync(new ImageFilter { Name = "a", Status = "active" })).Select(image => image.ImageId));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../etc")]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("8a7e2d3c00004000800000000000 0001")]
    [InlineData("{8a7e2d3c-0000-4000-8000-000000000001}")]
    [InlineData(" 8a7e2d3c-0000-4000-8000-000000000001")]
    [InlineData("8a7e2d3c-0000-4000-8000-000000000001/")]
    [InlineData("8a7e2d3c-0000-4000-8000-000000000001\0")]
    [InlineData(".lock")]
    public async Task An_id_that_is_no_uuid_finds_nothing_and_makes_nothing(string id)
    {
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.GetAsync(id, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.OpenDataAsync(id, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.UploadAsync(id, Stream.Null, ImageUploadOptions.Default, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.DeleteAsync(id, Token));
        InvalidImagePropertyException e = await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.CreateAsync(new NewServiceImage { ImageId = id, DiskFormat = "raw" }, Token));
        Assert.Equal("id", e.PropertyName);
        Assert.False(Directory.Exists(_service.Location));
    }

    [Fact]
    public async Task An_id_may_be_chosen_once_in_any_case()
    {
        const string Id = "8A7E2D3C-0000-4000-8000-00000000000A";
        ServiceImage image = await _service.CreateAsync(new NewServiceImage { ImageId = Id, DiskFormat = "raw", Name = "first" }, Token);
        Assert.Equal("8a7e2d3c-0000-4000-8000-00000000000a", image.ImageId);
        await Assert.ThrowsAsync<ImageExistsException>(() => _service.CreateAsync(new NewServiceImage { ImageId = image.ImageId, DiskFormat = "raw" }, Token));
        Assert.Equal("first", (await _service.GetAsync(Id, Token)).Name);
    }

    [Theory]
    [InlineData("disk_format", "qcow", "bare", 0, 0, "private", "p")]
    [InlineData("disk_format", "luks", "bare", 0, 0, "private", "p")]
    [InlineData("disk_format", "nonsense", "bare", 0, 0, "private", "p")]
    [InlineData("container_format", "raw", "zip", 0, 0, "private", "p")]
    [InlineData("container_format", "raw", "BARE", 0, 0, "private", "p")]
    [InlineData("min_disk", "raw", "bare", -1, 0, "private", "p")]
    [InlineData("min_ram", "raw", "bare", 0, -1, "private", "p")]
    [InlineData("visibility", "raw", "bare", 0, 0, "secret", "p")]
    [InlineData("os_glance_import_task", "raw", "bare", 0, 0, "private", "os_glance_import_task")]
    [InlineData("OS_Glance", "raw", "bare", 0, 0, "private", "OS_Glance")]
    [InlineData("checksum", "raw", "bare", 0, 0, "private", "checksum")]
    [InlineData("status", "raw", "bare", 0, 0, "private", "status")]
    [InlineData("", "raw", "bare", 0, 0, "private", "")]
    public async Task A_definition_against_the_rules_is_refused_and_makes_nothing(
        string blamed, string diskFormat, string containerFormat, int minDisk, int minRam, string visibility, string property)
    {
        var definition = new NewServiceImage
        {
            DiskFormat = diskFormat,
            ContainerFormat = containerFormat,
            MinDisk = minDisk,
            MinRam = minRam,
            Visibility = visibility,
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { [property] = "v" },
        };
        InvalidImagePropertyException e = await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.CreateAsync(definition, Token));
        Assert.True(e.PropertyName == blamed || e.Value == blamed, e.Message);
        Assert.False(Directory.Exists(_service.Location));
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_no_text()
    {
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Name = "a\ud800" }, Token));
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Name = "\udc00a" }, Token));
        Assert.Equal("\ud83d\ude00", (await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Name = "\ud83d\ude00" }, Token)).Name);
    }

    [Fact]
    public async Task A_record_has_a_largest_size()
    {
        var properties = Enumerable.Range(0, 100).ToDictionary(i => $"p{i}", _ => new string('x', 60_000), StringComparer.Ordinal);
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Properties = properties }, Token));
        Assert.Empty(await ListAsync());
        properties = Enumerable.Range(0, 129).ToDictionary(i => $"p{i}", _ => "x", StringComparer.Ordinal);
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Properties = properties }, Token));
    }

    [Theory]
    [InlineData("ami", "ami")]
    [InlineData("parallels", "ploop")]
    [InlineData("PLOOP", "ploop")]
    [InlineData("gpt", "raw")]
    [InlineData("iso", "iso")]
    public async Task Disk_formats_are_kept_by_the_name_of_the_image_api(string given, string kept) =>
        Assert.Equal(kept, (await _service.CreateAsync(new NewServiceImage { DiskFormat = given }, Token)).DiskFormat);

    [Fact]
    public async Task Data_are_given_only_once()
    {
        ServiceImage image = await UploadedAsync(new NewServiceImage { DiskFormat = "raw" });
        ImageStatusConflictException e = await Assert.ThrowsAsync<ImageStatusConflictException>(
            () => _service.UploadAsync(image.ImageId, new MemoryStream([1]), ImageUploadOptions.Default, Token));
        Assert.Equal("active", e.Status);
        Assert.Equal(Content, await ReadDataAsync(image.ImageId));
    }

    [Fact]
    public async Task A_queued_image_has_no_data()
    {
        ServiceImage image = await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.OpenDataAsync(image.ImageId, Token));
    }

    [Fact]
    public async Task Data_that_vanished_are_a_failed_download()
    {
        ServiceImage image = await UploadedAsync(new NewServiceImage { DiskFormat = "raw" });
        File.Delete(DataOf(image.ImageId));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => _service.OpenDataAsync(image.ImageId, Token));
    }

    [Fact]
    public async Task A_protected_image_stays()
    {
        ServiceImage image = await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Protected = true }, Token);
        await Assert.ThrowsAsync<ImageProtectedException>(() => _service.DeleteAsync(image.ImageId, Token));
        Assert.True((await _service.GetAsync(image.ImageId, Token)).Protected);
    }

    [Fact]
    public async Task A_deleted_image_is_gone_with_its_folder()
    {
        ServiceImage image = await UploadedAsync(new NewServiceImage { DiskFormat = "raw" });
        await _service.DeleteAsync(image.ImageId, Token);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.GetAsync(image.ImageId, Token));
        Assert.Equal([".lock"], Directory.GetFileSystemEntries(_service.Location).Select(Path.GetFileName));
    }

    [Fact]
    public async Task There_is_one_store()
    {
        ServiceImage image = await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<StoreNotFoundException>(() => _service.UploadAsync(image.ImageId, Stream.Null, new ImageUploadOptions { StoreId = "ceph" }, Token));
        Assert.Equal("queued", (await _service.GetAsync(image.ImageId, Token)).Status);
        ServiceImage active = await _service.UploadAsync(image.ImageId, Stream.Null, new ImageUploadOptions { StoreId = "local", BaseImageId = image.ImageId }, Token);
        Assert.Equal(["local"], active.Stores);
        Assert.Equal(image.ImageId, active.Properties["base_image_ref"]);
        Assert.Equal(0, active.Size);
    }

    private string RecordOf(string id) => Path.Combine(_service.Location, id, "image.json");

    private string DataOf(string id) => Path.Combine(_service.Location, id, "data");

    private async Task<ServiceImage> UploadedAsync(NewServiceImage definition)
    {
        ServiceImage image = await _service.CreateAsync(definition, Token);
        return await _service.UploadAsync(image.ImageId, new MemoryStream(Content), ImageUploadOptions.Default, Token);
    }

    private async Task<List<ServiceImage>> ListAsync(ImageFilter? filter = null)
    {
        var images = new List<ServiceImage>();
        await foreach (ServiceImage image in _service.ListAsync(filter ?? ImageFilter.All, Token))
        {
            images.Add(image);
        }

        return images;
    }

    private async Task<byte[]> ReadDataAsync(string id)
    {
        await using Stream data = await _service.OpenDataAsync(id, Token);
        using var copy = new MemoryStream();
        await data.CopyToAsync(copy, Token);
        return copy.ToArray();
    }
}
