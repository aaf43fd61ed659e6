using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>What a publication hands on: to the converter, and to the image service.</summary>
public sealed class PublishHandoverTests : IDisposable
{
    private readonly TransferWorld _world = new();
    private readonly string _volume;

    public PublishHandoverTests()
    {
        _volume = _world.OutFile("volume");
        File.WriteAllText(_volume, "the volume");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    // Behaviour 111 of the reference.
    [Fact]
    public async Task The_converter_gets_the_volume_the_image_and_the_wish_for_root()
    {
        ServiceImage queued = await QueueAsync("qcow2");
        await PublishAsync(new PublishRequest { SourcePath = _volume, ImageId = queued.ImageId, RunAsRoot = true });
        ConversionRequest asked = Assert.Single(_world.Converter.Requests);
        Assert.Equal((_volume, queued.ImageId, true), (asked.SourcePath, asked.ImageId, asked.RunAsRoot));
        Assert.Equal([_volume], _world.Leftovers());
    }

    // Behaviours 113, 119 and 121: one upload, nothing but the data and the two references changes.
    [Fact]
    public async Task The_service_gets_the_data_once_with_store_and_base_image()
    {
        ServiceImage queued = await QueueAsync("raw");
        string baseImage = Guid.NewGuid().ToString();
        await PublishAsync(new PublishRequest { SourcePath = _volume, ImageId = queued.ImageId, StoreId = "local", BaseImageId = baseImage });
        ServiceImage image = await _world.Service.GetAsync(queued.ImageId, Token);
        Assert.Equal(["local"], image.Stores);
        Assert.Equal([new("base_image_ref", baseImage), new("kept", "yes")], image.Properties.OrderBy(property => property.Key, StringComparer.Ordinal));
        Assert.Equal((queued.Name, queued.DiskFormat, queued.MinDisk), (image.Name, image.DiskFormat, image.MinDisk));
        Assert.Equal("the volume"u8.ToArray(), await _world.DataOfAsync(image.ImageId));
    }

    [Fact]
    public async Task A_store_that_is_not_there_takes_nothing()
    {
        var request = new PublishRequest { SourcePath = _volume, NewImage = new NewServiceImage { DiskFormat = "raw" }, StoreId = "ceph" };
        await Assert.ThrowsAsync<StoreNotFoundException>(() => PublishAsync(request));
        Assert.Empty(await _world.ListAsync());
    }

    // Behaviour 126: the temporary file is gone, whatever went wrong, and the volume stays.
    [Fact]
    public async Task The_temporary_file_is_gone_also_when_the_upload_breaks()
    {
        _world.Service.OnUploaded = _ => throw new IOException("gone");
        await Assert.ThrowsAsync<IOException>(() => PublishAsync(new PublishRequest { SourcePath = _volume, NewImage = new NewServiceImage { DiskFormat = "qcow2" } }));
        Assert.Single(_world.Converter.Requests);
        Assert.Equal([_volume], _world.Leftovers());
    }

    // Behaviour 209: names only, for a value may be a secret; the built-in prefixes come first.
    [Fact]
    public void What_was_filtered_is_told_with_the_prefixes_in_their_order()
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["mine_a"] = "secret", ["kept"] = "value" };
        new MetadataFilter(["mine_"], _world.Log).Filter((IReadOnlyDictionary<string, string>)metadata);
        string line = Assert.Single(_world.Log.VerboseLines);
        Assert.Contains("mine_a, kept", line, StringComparison.Ordinal);
        Assert.Contains("os_glance, img_signature, signature_verified, mine_", line, StringComparison.Ordinal);
        Assert.EndsWith("kept: kept.", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.Equal(2, metadata.Count);
    }

    private Task<ServiceImage> QueueAsync(string diskFormat) => _world.Service.CreateAsync(
        new NewServiceImage { Name = "mine", DiskFormat = diskFormat, MinDisk = 3, Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["kept"] = "yes" } }, Token);

    private Task<ImagePublishResult> PublishAsync(PublishRequest request) => new ImagePublisher(_world.Context, _world.Service, _world.Converter).PublishAsync(request, Token);
}
