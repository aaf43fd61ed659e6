using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>The main job: an image leaves the service, becomes a volume, and the volume goes back as an image.</summary>
public sealed class MainJobTests : IDisposable
{
    private readonly ServiceRoom _room = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Images => new()
    {
        { "images/dfvfs/ext2.qcow2", "qcow2" },
        { "images/plaso/image.qcow2", "qcow2" },
        { "images/keramics/ext2.qcow2", "qcow2" },
        { "images/keramics/fat16.qcow2", "qcow2" },
        { "images/keramics/fat32.qcow2", "qcow2" },
        { "images/cdi/fs-overhead.qcow2", "qcow2" },
        { "images/mkimg/img-63x255-512-mbr.qcow2", "qcow2" },
        { "images/mkimg/img-63x255-4096-gpt.qcow2", "qcow2" },
        { "images/vmdk-forensic/stream_opt.vmdk", "vmdk" },
        { "images/vmdk-forensic/compressed_stream_opt.vmdk", "vmdk" },
        { "images/cot/input.vmdk", "vmdk" },
        { "images/dfvfs/ext2.vmdk", "vmdk" },
        { "images/dfvfs/ext2.vhd", "vhd" },
        { "images/plaso/image.vhd", "vhd" },
        { "images/sleuthkit/image.vhd", "vhd" },
        { "images/vhd-forensic/fixed.vhd", "vhd" },
        { "images/mkimg/img-63x255-512-mbr.vhd", "vhd" },
        { "images/mkimg/img-1x1-512-mbr.vhdf", "vhd" },
        { "images/mkimg/img-63x255-4096-gpt.vhdf", "vhd" },
        { "gen/g-qcow2-snap.qcow2", "qcow2" },
        { "gen/g-qcow2-v2.qcow2", "qcow2" },
        { "gen/g-qcow2-zstd.qcow2", "qcow2" },
        { "gen/g-qcow2-c512.qcow2", "qcow2" },
        { "gen/g-vdi-dynamic.vdi", "vdi" },
        { "gen/g-vdi-static.vdi", "vdi" },
        { "images/dfvfs/iso9660.raw", "iso" },
        { "images/plaso/syslog_image.dd", "raw" },
        { "images/util-linux/pt-gpt.img", "raw" },
    };

    public void Dispose() => _room.Dispose();

    [Theory]
    [MemberData(nameof(Images))]
    public async Task An_image_goes_out_becomes_a_volume_and_comes_back(string name, string format)
    {
        string path = Corpus.PathOf(name);
        RequireQemuImg();
        (string expected, long size) = ContentOf(name);
        ServiceImage image = await _room.RegisterAsync(path, format);

        ImageFetchResult fetched = await _room.FetchAsync(image.ImageId, _room.Out("fetched"));
        Assert.Equal(ServiceRoom.Sha256(path), ServiceRoom.Sha256(_room.Out("fetched")));
        Assert.True(fetched.IsHashVerified);

        ImageConversionResult volume = await _room.FetchVolumeAsync(image.ImageId, _room.Out("volume"));
        Assert.Equal(size, volume.VirtualSize);
        Assert.Equal(expected, ServiceRoom.Sha256(_room.Out("volume")));
        Assert.Equal(new FileInfo(path).Length, volume.TemporaryBytes);

        ImagePublishResult published = await _room.PublishAsync(_room.Out("volume"), "qcow2");
        Assert.True(published.IsConverted);
        ServiceImage kept = await _room.Service.GetAsync(published.ImageId, Token);
        Assert.Equal("active", kept.Status);
        Assert.Equal(size, kept.VirtualSize);
        Assert.Equal(published.Hash, kept.OsHashValue);

        await _room.FetchVolumeAsync(published.ImageId, _room.Out("again"));
        Assert.Equal(expected, ServiceRoom.Sha256(_room.Out("again")));
        Assert.Equal(["again", "fetched", "volume"], _room.Leftovers().Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("vhdx")]
    [InlineData("vmdk")]
    [InlineData("vdi")]
    [InlineData("vpc")]
    public async Task A_volume_is_published_in_every_usual_format(string format)
    {
        RequireQemuImg();
        byte[] content = new byte[3 << 20];
        new Random(7).NextBytes(content.AsSpan(0, 1 << 20));
        await File.WriteAllBytesAsync(_room.Out("volume"), content, Token);
        ImagePublishResult published = await _room.PublishAsync(_room.Out("volume"), format);
        await _room.FetchVolumeAsync(published.ImageId, _room.Out("again"));
        byte[] again = await File.ReadAllBytesAsync(_room.Out("again"), Token);
        Assert.Equal(content, again.AsSpan(0, content.Length).ToArray());
        Assert.True(again.AsSpan(content.Length).IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(2, _room.Leftovers().Length);
    }

    [Fact]
    public async Task Compression_makes_the_published_image_smaller()
    {
        RequireQemuImg();
        await File.WriteAllTextAsync(_room.Out("volume"), string.Concat(Enumerable.Repeat("all work and no play ", 100_000)), Token);
        long compressed = (await _room.PublishAsync(_room.Out("volume"), "qcow2")).Size;
        _room.Options = _room.Options with { CompressOnUpload = false };
        long plain = (await _room.PublishAsync(_room.Out("volume"), "qcow2")).Size;
        Assert.True(compressed < plain / 2, $"{compressed} of {plain}");
    }

    [Fact]
    public async Task Without_qemu_img_raw_works_and_the_rest_is_refused_before_the_download()
    {
        _room.Options = _room.Options with { QemuImgPath = _room.File("no-such-qemu-img") };
        await File.WriteAllBytesAsync(_room.File("disk"), new byte[1 << 20], Token);
        ServiceImage raw = await _room.RegisterAsync(_room.File("disk"), "raw");
        await _room.FetchVolumeAsync(raw.ImageId, _room.Out("volume"));
        Assert.Equal(ServiceRoom.Sha256(_room.File("disk")), ServiceRoom.Sha256(_room.Out("volume")));
        await _room.PublishAsync(_room.Out("volume"), "raw");

        ServiceImage qcow2 = await _room.RegisterAsync(_room.File("disk"), "qcow2");
        File.Delete(Path.Combine(_room.Service.Location, qcow2.ImageId, "data"));
        await Assert.ThrowsAsync<ToolNotFoundException>(() => _room.FetchVolumeAsync(qcow2.ImageId, _room.Out("other")));
        await Assert.ThrowsAsync<ToolNotFoundException>(() => _room.PublishAsync(_room.Out("volume"), "qcow2"));
        Assert.Equal([_room.Out("volume")], _room.Leftovers());
    }

    [Theory]
    [InlineData("raw", "qcow2")]
    [InlineData("qcow2", "raw")]
    [InlineData("vmdk", "qcow2")]
    [InlineData("vpc", "qcow2")]
    public async Task A_wrong_claim_is_refused_and_leaves_nothing(string claim, string content)
    {
        string path = content == "raw" ? _room.File("plain") : Corpus.PathOf("gen/g-qcow2-v2.qcow2");
        if (content == "raw")
        {
            await File.WriteAllBytesAsync(path, new byte[1 << 20], Token);
        }

        RequireQemuImg();
        ServiceImage image = await _room.RegisterAsync(path, claim);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.FetchAsync(image.ImageId, _room.Out("fetched")));
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.FetchVolumeAsync(image.ImageId, _room.Out("volume")));
        Assert.Empty(_room.Leftovers());
    }

    [Theory]
    [InlineData("compressed", "qcow2")]
    [InlineData("ova", "vmdk")]
    [InlineData("ovf", "vhd")]
    public async Task A_container_format_is_no_way_around_the_checks(string containerFormat, string diskFormat)
    {
        ServiceImage image = await _room.RegisterAsync(Corpus.PathOf("images/cdi/cirros-snapshot1.qcow2"), diskFormat, containerFormat);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.FetchAsync(image.ImageId, _room.Out("fetched")));
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task A_packed_image_is_kept_as_it_is()
    {
        string path = Corpus.PathOf("hostile/c01-qcow2.gz");
        ServiceImage image = await _room.RegisterAsync(path, "qcow2", "compressed");
        Assert.Equal("gzip", (await _room.FetchAsync(image.ImageId, _room.Out("fetched"))).Format);
        Assert.Equal(ServiceRoom.Sha256(path), ServiceRoom.Sha256(_room.Out("fetched")));
        Assert.Single(_room.Log.Warnings);
    }

    [Fact]
    public async Task A_volume_with_a_backing_file_is_not_published()
    {
        RequireQemuImg();
        string path = Corpus.PathOf("images/cdi/cirros-snapshot1.qcow2");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.PublishAsync(path, "qcow2", "qcow2"));
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => _room.PublishAsync(path, "raw", "qcow2"));
        Assert.False(Directory.Exists(_room.Options.LocalImageDirectory));
        Assert.Empty(_room.Leftovers());
    }

    private static void RequireQemuImg() => Assert.SkipUnless(ServiceRoom.TryRun("qemu-img", "--version"), "qemu-img is not installed.");

    /// <summary>What the volume must be: for fixed VHDs, by the size that the footer names.</summary>
    private static (string Sha256, long Size) ContentOf(string name)
    {
        JsonElement facts = Corpus.Images().Single(image => image.GetProperty("path").GetString() == name);
        JsonElement content = facts.TryGetProperty("content_by_footer", out JsonElement byFooter) && byFooter.ValueKind == JsonValueKind.Object
            ? byFooter
            : facts.GetProperty("content");
        return (content.GetProperty("sha256").GetString()!, content.GetProperty("bytes").GetInt64());
    }
}
