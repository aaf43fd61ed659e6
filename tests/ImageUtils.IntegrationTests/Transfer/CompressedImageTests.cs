using System.IO.Compression;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>container_format compressed, with real images and the program gzip.</summary>
public sealed class CompressedImageTests : IDisposable
{
    private readonly ServiceRoom _room = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public CompressedImageTests() => _room.Options = _room.Options with { AllowCompressionOnUpload = true };

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task What_gzip_packed_becomes_the_same_volume()
    {
        Assert.SkipUnless(ServiceRoom.TryRun("gzip", "--version"), "gzip is not installed.");
        string disk = await DiskAsync();
        string hash = ServiceRoom.Sha256(disk);
        Assert.True(ServiceRoom.TryRun("gzip", "-k", disk));
        ServiceImage image = await _room.RegisterAsync(disk + ".gz", "raw", "compressed");
        await _room.FetchVolumeAsync(image.ImageId, _room.Out("volume"));
        Assert.Equal(hash, ServiceRoom.Sha256(_room.Out("volume")));
        Assert.Equal([_room.Out("volume")], _room.Leftovers());
    }

    [Fact]
    public async Task What_is_published_is_what_gzip_unpacks_and_what_comes_back()
    {
        Assert.SkipUnless(ServiceRoom.TryRun("gzip", "--version") && ServiceRoom.TryRun("qemu-img", "--version"), "gzip or qemu-img is not installed.");
        string disk = await DiskAsync();
        string hash = ServiceRoom.Sha256(disk);
        ImagePublishResult published = await _room.PublishAsync(disk, "qcow2", containerFormat: "compressed");
        Assert.Equal(("qcow2", "compressed", true), (published.DiskFormat, published.ContainerFormat, published.IsConverted));
        string data = Path.Combine(_room.Service.Location, published.ImageId, "data");
        Assert.True(ServiceRoom.TryRun("gzip", "--test", "--suffix=data", data));
        await _room.FetchVolumeAsync(published.ImageId, _room.Out("volume"));
        Assert.Equal(hash, ServiceRoom.Sha256(_room.Out("volume")));
        Assert.Equal([_room.Out("volume")], _room.Leftovers());
    }

    [Theory]
    [InlineData("hostile/c01-qcow2.gz", "qcow2", true)]
    [InlineData("hostile/c01-qcow2.gz", "raw", false)]
    public async Task A_packed_image_of_the_corpus_must_be_what_it_claims(string name, string claim, bool isTaken)
    {
        Assert.SkipUnless(ServiceRoom.TryRun("qemu-img", "--version"), "qemu-img is not installed.");
        ServiceImage image = await _room.RegisterAsync(Corpus.PathOf(name), claim, "compressed");
        if (isTaken)
        {
            Assert.Equal("qcow2", (await _room.FetchVolumeAsync(image.ImageId, _room.Out("volume"))).SourceFormat);
            return;
        }

        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.FetchVolumeAsync(image.ImageId, _room.Out("volume")));
        Assert.Empty(_room.Leftovers());
    }

    // A good GiB of zeros in one MiB.
    [Fact]
    public async Task A_bomb_is_refused_before_it_fills_a_disk()
    {
        string bomb = _room.File("bomb.gz");
        await using (var packed = new GZipStream(File.Create(bomb), CompressionLevel.Optimal))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 1100; i++)
            {
                await packed.WriteAsync(zeros, Token);
            }
        }

        ServiceImage image = await _room.RegisterAsync(bomb, "raw", "compressed");
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.FetchVolumeAsync(image.ImageId, _room.Out("volume")));
        Assert.Contains("decompression bomb", e.Reason, StringComparison.Ordinal);
        Assert.Empty(_room.Leftovers());
    }

    private async Task<string> DiskAsync()
    {
        string path = _room.File("disk");
        byte[] content = new byte[8 << 20];
        new Random(3).NextBytes(content.AsSpan(1 << 20, 1 << 20));
        await File.WriteAllBytesAsync(path, content, Token);
        return path;
    }
}
