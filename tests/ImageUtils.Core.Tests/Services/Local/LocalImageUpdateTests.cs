using System.Text.Json;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Local;

namespace ImageUtils.Core.Tests.Services.Local;

public sealed class LocalImageUpdateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalImageService _service;

    public LocalImageUpdateTests() => _service = new LocalImageService(_folder.File("images"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_named_changes_and_the_rest_stays()
    {
        ServiceImage before = await CreateAsync();
        ServiceImage after = await _service.UpdateAsync(
            before.ImageId.ToUpperInvariant(),
            new ImageChanges
            {
                Name = "new",
                MinDisk = 2,
                MinRam = 512,
                Visibility = "shared",
                Protected = true,
                Tags = ["x", "x", "y"],
                Properties = Map(("os_distro", "debian"), ("hw_disk_bus", "virtio")),
                RemoveProperties = ["old"],
                DiskFormat = "vpc",
                ContainerFormat = "ovf",
            },
            Token);
        Assert.Equal(("new", 2, 512, "shared", true, "vhd", "ovf"), (after.Name, after.MinDisk, after.MinRam, after.Visibility, after.Protected, after.DiskFormat, after.ContainerFormat));
        Assert.Equal(["x", "y"], after.Tags);
        Assert.Equal(Map(("hw_disk_bus", "virtio"), ("kept", "as it was"), ("os_distro", "debian")), after.Properties.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary());
        Assert.Equal(before.CreatedAt, after.CreatedAt);
        Assert.True(after.UpdatedAt > before.UpdatedAt);
        Assert.Equivalent(after, await _service.GetAsync(before.ImageId, Token));

        ServiceImage again = await _service.UpdateAsync(before.ImageId, new ImageChanges { Tags = [], Protected = false }, Token);
        Assert.Empty(again.Tags);
        Assert.Equal((false, "new"), (again.Protected, again.Name));
    }

    [Fact]
    public async Task No_change_is_no_change()
    {
        ServiceImage before = await CreateAsync();
        Assert.Equal(before.UpdatedAt, (await _service.UpdateAsync(before.ImageId, new ImageChanges(), Token)).UpdatedAt);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_not_found_and_makes_no_folder()
    {
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.UpdateAsync(Guid.NewGuid().ToString(), new ImageChanges { Name = "x" }, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.UpdateAsync("../images", new ImageChanges { Name = "x" }, Token));
        Assert.False(Directory.Exists(_service.Location));
    }

    public static TheoryData<ImageChanges, string> Wrong() => new()
    {
        { new ImageChanges { Name = new string('n', 256) }, "name" },
        { new ImageChanges { MinDisk = -1 }, "min_disk" },
        { new ImageChanges { MinRam = -1 }, "min_ram" },
        { new ImageChanges { Visibility = "secret" }, "visibility" },
        { new ImageChanges { DiskFormat = "gzip" }, "disk_format" },
        { new ImageChanges { ContainerFormat = "box" }, "container_format" },
        { new ImageChanges { Tags = [new string('t', 256)] }, "tags" },
        { new ImageChanges { Properties = Map(("os_glance_import_task", "1")) }, "os_glance_import_task" },
        { new ImageChanges { Properties = Map(("OS_GLANCE_x", "1")) }, "OS_GLANCE_x" },
        { new ImageChanges { RemoveProperties = ["os_glance_x"] }, "os_glance_x" },
        { new ImageChanges { Properties = Map(("status", "active")) }, "status" },
        { new ImageChanges { Properties = Map(("checksum", "0")) }, "checksum" },
        { new ImageChanges { RemoveProperties = ["owner"] }, "owner" },
        { new ImageChanges { RemoveProperties = ["not there"] }, "not there" },
        { new ImageChanges { Properties = Map(("old", "x")), RemoveProperties = ["old"] }, "old" },
        { new ImageChanges { Properties = Map(("", "x")) }, "" },
        { new ImageChanges { Properties = Enumerable.Range(0, 127).ToDictionary(n => $"p{n}", _ => "x", StringComparer.Ordinal) }, "properties" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_change_that_breaks_a_rule_changes_nothing(ImageChanges wrong, string property)
    {
        ServiceImage before = await CreateAsync();
        byte[] record = await File.ReadAllBytesAsync(RecordOf(before.ImageId), Token);
        ImageChanges changes = wrong with { MinRam = wrong.MinRam ?? 7 };
        InvalidImagePropertyException e = await Assert.ThrowsAsync<InvalidImagePropertyException>(() => _service.UpdateAsync(before.ImageId, changes, Token));
        Assert.Equal(property, e.PropertyName);
        Assert.Equal(record, await File.ReadAllBytesAsync(RecordOf(before.ImageId), Token));
    }

    [Fact]
    public async Task Formats_change_only_while_the_image_is_queued()
    {
        ServiceImage image = await CreateAsync();
        await _service.UploadAsync(image.ImageId, new MemoryStream([1]), ImageUploadOptions.Default, Token);
        ImageStatusConflictException e = await Assert.ThrowsAsync<ImageStatusConflictException>(() => _service.UpdateAsync(image.ImageId, new ImageChanges { DiskFormat = "qcow2", Name = "x" }, Token));
        Assert.Equal(("active", "queued"), (e.Status, e.RequiredStatus));
        await Assert.ThrowsAsync<ImageStatusConflictException>(() => _service.UpdateAsync(image.ImageId, new ImageChanges { ContainerFormat = "ovf" }, Token));
        Assert.Equal("old name", (await _service.GetAsync(image.ImageId, Token)).Name);
        Assert.Equal("x", (await _service.UpdateAsync(image.ImageId, new ImageChanges { Name = "x" }, Token)).Name);
    }

    [Fact]
    public async Task A_change_during_an_upload_is_kept_by_it()
    {
        ServiceImage image = await CreateAsync();
        var gate = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        await using var data = new GatedStream(begun, gate.Task);
        Task<ServiceImage> upload = _service.UploadAsync(image.ImageId, data, ImageUploadOptions.Default, Token);
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(2), Token);
        Assert.Equal("saving", (await _service.UpdateAsync(image.ImageId, new ImageChanges { Name = "meanwhile" }, Token)).Status);
        gate.SetResult();
        ServiceImage active = await upload;
        Assert.Equal(("active", "meanwhile"), (active.Status, active.Name));
    }

    [Fact]
    public async Task Of_many_changes_at_once_none_is_lost()
    {
        ServiceImage image = await CreateAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, 40), Token, async (number, token) =>
        {
            var own = new LocalImageService(_service.Location);
            await own.UpdateAsync(image.ImageId, new ImageChanges { Properties = Map(($"p{number}", "x")) }, token);
        });
        Assert.Equal(42, (await _service.GetAsync(image.ImageId, Token)).Properties.Count);
        Assert.Equal(["image.json"], Directory.GetFileSystemEntries(Path.GetDirectoryName(RecordOf(image.ImageId))!).Select(Path.GetFileName));
        using JsonDocument record = JsonDocument.Parse(await File.ReadAllBytesAsync(RecordOf(image.ImageId), Token));
        Assert.Equal("x", record.RootElement.GetProperty("p39").GetString());
    }

    [Fact]
    public async Task The_one_store_is_the_default_and_takes_images()
    {
        ImageStore store = Assert.Single(await _service.ListStoresAsync(Token));
        Assert.Equal((LocalImageService.StoreName, true, false), (store.StoreId, store.IsDefault, store.IsReadOnly));
        await _service.ValidateStoreAsync(null, Token);
        await _service.ValidateStoreAsync("local", Token);
        await Assert.ThrowsAsync<StoreNotFoundException>(() => _service.ValidateStoreAsync("LOCAL", Token));
    }

    private static Dictionary<string, string> Map(params (string Name, string Value)[] pairs) =>
        pairs.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);

    private Task<ServiceImage> CreateAsync() => _service.CreateAsync(
        new NewServiceImage { Name = "old name", DiskFormat = "raw", Properties = Map(("old", "gone soon"), ("kept", "as it was")) },
        Token);

    private string RecordOf(string id) => Path.Combine(_service.Location, id, "image.json");

    /// <summary>Data that come only when the test lets them.</summary>
    private sealed class GatedStream(TaskCompletionSource begun, Task gate) : MemoryStream([1, 2, 3])
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            begun.TrySetResult();
            await gate;
            return Read(buffer.Span);
        }
    }
}
