using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Local;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>Disks that are full, or become so: a clear error, and nothing left.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly ServiceRoom _room = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fetch_onto_a_full_disk_leaves_nothing(bool isSizeKnown)
    {
        string small = _room.SmallDisk("small", "1m");
        ServiceImage image = await RegisterAsync(isSizeKnown);
        ImageTooBigException e = await Assert.ThrowsAsync<ImageTooBigException>(() => _room.FetchAsync(image.ImageId, Path.Combine(small, "disk")));
        Assert.Contains(small, e.Reason, StringComparison.Ordinal);
        if (!isSizeKnown)
        {
            // Behaviour 075 of the reference.
            Assert.Equal($"No space left in image_conversion_dir path ({small}) while fetching image {image.ImageId}.", e.Reason);
        }

        Assert.Empty(Directory.GetFileSystemEntries(small));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_conversion_directory_leaves_nothing(bool isSizeKnown)
    {
        _room.Options = _room.Options with { ImageConversionDirectory = Path.Combine(_room.SmallDisk("small", "1m"), "conversion") };
        ServiceImage image = await RegisterAsync(isSizeKnown);
        await Assert.ThrowsAsync<ImageTooBigException>(() => _room.FetchVolumeAsync(image.ImageId, _room.Out("volume")));
        Assert.Empty(_room.Leftovers());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_into_a_full_service_leaves_no_image(bool isSizeKnown)
    {
        string small = _room.SmallDisk("small", "1m");
        var local = new LocalImageService(Path.Combine(small, "images"));
        _room.Service = isSizeKnown ? local : new UnknownSizeService(local);
        string disk = await DiskAsync();
        NoSpaceException e = await Assert.ThrowsAsync<NoSpaceException>(() => _room.PublishAsync(disk, "raw"));
        Assert.Equal(small, e.Location);
        Assert.Equal([".lock"], Directory.GetFileSystemEntries(local.Location).Select(entry => Path.GetFileName(entry)));
    }

    [Fact]
    public async Task A_queued_image_stays_queued_when_the_disk_becomes_full()
    {
        var local = new LocalImageService(Path.Combine(_room.SmallDisk("small", "1m"), "images"));
        ServiceImage image = await local.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await using FileStream data = File.OpenRead(await DiskAsync());
        await Assert.ThrowsAsync<NoSpaceException>(() => local.UploadAsync(image.ImageId, data, ImageUploadOptions.Default, Token));
        Assert.Equal("queued", (await local.GetAsync(image.ImageId, Token)).Status);
        Assert.Equal(["image.json"], Directory.GetFileSystemEntries(Path.Combine(local.Location, image.ImageId)).Select(entry => Path.GetFileName(entry)));
    }

    [Fact]
    public async Task A_service_without_a_single_free_byte_says_so()
    {
        string small = _room.SmallDisk("small", "64k");
        await Assert.ThrowsAnyAsync<IOException>(() => File.WriteAllBytesAsync(Path.Combine(small, "filler"), new byte[1 << 20], Token));
        var local = new LocalImageService(Path.Combine(small, "images"));
        await Assert.ThrowsAsync<NoSpaceException>(() => local.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token));
        await foreach (ServiceImage image in local.ListAsync(ImageFilter.All, Token))
        {
            Assert.Fail("There should be no image " + image.ImageId);
        }
    }

    private async Task<string> DiskAsync()
    {
        byte[] content = new byte[3 << 20];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(_room.File("disk"), content, Token);
        return _room.File("disk");
    }

    private async Task<ServiceImage> RegisterAsync(bool isSizeKnown)
    {
        ServiceImage image = await _room.RegisterAsync(await DiskAsync(), "raw");
        _room.Service = isSizeKnown ? _room.Service : new UnknownSizeService(_room.Service);
        return image;
    }
}
