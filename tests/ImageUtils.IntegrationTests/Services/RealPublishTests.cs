using System.Buffers.Binary;
using System.IO.Compression;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>What publishing promises, held against a real Glance.</summary>
public sealed class RealPublishTests(OpenStackServices openStack) : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_volume_of_the_same_format_is_sent_without_a_copy()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        string volume = _workshop.MakeDisk("volume", 4 << 20);

        // Where a file stands no folder can be made, so nothing temporary can be.
        ImagePublishResult published = await PublishAsync(service, new PublishRequest { SourcePath = volume, NewImage = Definition("raw") }, options => options with { ImageConversionDirectory = volume });
        Assert.False(published.IsConverted);
        ImageFetchResult back = await FetchAsync(service, published.ImageId);
        Assert.Equal((published.Hash, "sha512", true), (back.Hash, published.HashAlgorithm, back.IsHashVerified));
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("back")));
        await service.DeleteAsync(published.ImageId, Token);
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public async Task Clusters_are_compressed_on_upload_where_that_is_wanted(bool option, bool noCompress, bool isCompressed)
    {
        Workshop.RequireQemuImg();
        using GlanceImageService service = await openStack.ConnectAsync();
        string volume = _workshop.File("volume");
        await File.WriteAllBytesAsync(volume, [.. Enumerable.Range(0, 4 << 20).Select(i => (byte)(i >> 12))], Token);
        ImagePublishResult published = await PublishAsync(
            service, new PublishRequest { SourcePath = volume, NewImage = Definition("qcow2"), NoCompress = noCompress }, options => options with { CompressOnUpload = option });
        Assert.True(published.IsConverted);
        Assert.Equal(isCompressed, published.Size < 2 << 20);
        Assert.Equal(["volume"], _workshop.Names());
        await FetchAsync(service, published.ImageId);
        byte[] header = new byte[8];
        await using FileStream back = File.OpenRead(_workshop.File("back"));
        await back.ReadExactlyAsync(header, Token);
        Assert.Equal(0x514649FBu, BinaryPrimitives.ReadUInt32BigEndian(header));
        await service.DeleteAsync(published.ImageId, Token);
    }

    [Fact]
    public async Task A_compressed_container_goes_out_where_it_is_allowed_and_comes_back_as_a_volume()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        string volume = _workshop.MakeDisk("volume", 4 << 20);
        NewServiceImage definition = Definition("raw") with { ContainerFormat = "compressed" };
        var request = new PublishRequest { SourcePath = volume, NewImage = definition };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => PublishAsync(service, request));
        Assert.Empty(await ListAsync(service, definition.Name!));

        ImagePublishResult published = await PublishAsync(service, request, Allow);
        await FetchAsync(service, published.ImageId);
        await using (FileStream packed = File.OpenRead(_workshop.File("back")))
        {
            await using var unpacking = new GZipStream(packed, CompressionMode.Decompress);
            await using FileStream plain = File.Create(_workshop.File("plain"));
            await unpacking.CopyToAsync(plain, Token);
        }

        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("plain")));
        var fetch = new VolumeFetchRequest { ImageId = published.ImageId, DestinationPath = _workshop.File("fetched"), OutputFormat = DiskFormat.Raw };
        var context = _workshop.Context with { Options = Allow(_workshop.Context.Options) };
        await new VolumeFetcher(context, service, _workshop.Converter).FetchAsync(fetch, Token);
        Assert.Equal(Workshop.Sha256(volume), Workshop.Sha256(_workshop.File("fetched")));
        await service.DeleteAsync(published.ImageId, Token);

        static ImageUtilsOptions Allow(ImageUtilsOptions options) => options with { AllowCompressionOnUpload = true };
    }

    [Fact]
    public async Task Reserved_properties_stay_here_and_the_rest_goes_with_the_image()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["os_glance_import_task"] = "x", ["img_signature"] = "y", ["mine_secret"] = "z", ["os_distro"] = "debian" };
        ImagePublishResult published = await PublishAsync(
            service,
            new PublishRequest { SourcePath = _workshop.MakeDisk("volume", 1 << 20), NewImage = Definition("raw") with { Properties = properties } },
            options => options with { ReservedImageNamespaces = ["mine_", "img_signature"] });
        ServiceImage image = await service.GetAsync(published.ImageId, Token);
        Assert.Equal("debian", image.Properties["os_distro"]);
        Assert.DoesNotContain(image.Properties.Keys, name => name.StartsWith("os_glance", StringComparison.Ordinal) || name is "img_signature" or "mine_secret");
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task A_volume_that_breaks_off_leaves_no_half_image_and_one_that_was_given_queued()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        NewServiceImage definition = Definition("raw");
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => PublishAsync(service, new PublishRequest { Source = new BrokenVolume(), NewImage = definition }));
        Assert.Empty(await ListAsync(service, definition.Name!));

        ServiceImage queued = await service.CreateAsync(definition, Token);
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => PublishAsync(service, new PublishRequest { Source = new BrokenVolume(), ImageId = queued.ImageId }));

        // Glance hears of the broken line when it reads on, a moment later than we do.
        ServiceImage now = await service.GetAsync(queued.ImageId, Token);
        for (int i = 0; i < 600 && now.Status != "queued"; i++)
        {
            await Task.Delay(100, Token);
            now = await service.GetAsync(queued.ImageId, Token);
        }

        Assert.Equal(("queued", null), (now.Status, now.Size));
        ImagePublishResult published = await PublishAsync(service, new PublishRequest { SourcePath = _workshop.MakeDisk("volume", 1 << 20), ImageId = queued.ImageId });
        Assert.Equal(queued.ImageId, published.ImageId);
        await service.DeleteAsync(queued.ImageId, Token);
    }

    private static NewServiceImage Definition(string diskFormat) => new() { Name = "publish-" + Guid.NewGuid(), DiskFormat = diskFormat };

    private static async Task<List<ServiceImage>> ListAsync(GlanceImageService service, string name)
    {
        var images = new List<ServiceImage>();
        await foreach (ServiceImage image in service.ListAsync(new ImageFilter { Name = name }, Token))
        {
            images.Add(image);
        }

        return images;
    }

    private Task<ImagePublishResult> PublishAsync(GlanceImageService service, PublishRequest request, Func<ImageUtilsOptions, ImageUtilsOptions>? change = null)
    {
        ImageUtilsOptions options = _workshop.Context.Options;
        return new ImagePublisher(_workshop.Context with { Options = change?.Invoke(options) ?? options }, service, _workshop.Converter).PublishAsync(request, Token);
    }

    private Task<ImageFetchResult> FetchAsync(GlanceImageService service, string id) =>
        new ImageFetcher(_workshop.Context, service).FetchAsync(new FetchRequest { ImageId = id, DestinationPath = _workshop.File("back"), Hash = new HashDemand { RequireHash = true } }, Token);
}
