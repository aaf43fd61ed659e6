using System.Formats.Tar;
using System.IO.Compression;
using ImageUtils.Core.Tests.Chains;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Transfer;

public sealed class XenServerFetchTests : IDisposable
{
    private readonly ServiceRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(15)]
    [InlineData(58)]
    public async Task A_XenServer_image_becomes_a_volume(int seed)
    {
        string links = Directory.CreateDirectory(_room.File("links")).FullName;
        var chain = new RandomChain(seed, links);
        ServiceImage image = await _room.RegisterAsync(Pack(chain.Paths), "vhd", "ovf");
        ImageConversionResult result = await _room.FetchVolumeAsync(image.ImageId, _room.Out("volume.raw"));
        Assert.Equal(chain.Content, File.ReadAllBytes(_room.Out("volume.raw")));
        Assert.Equal((chain.Content.LongLength, image.ImageId), (result.VirtualSize, result.SourceImageId));
        Assert.Single(_room.Leftovers());
    }

    [Fact]
    public async Task It_goes_on_to_other_formats_and_broken_ones_leave_nothing()
    {
        Workshop.RequireQemuImg();
        string links = Directory.CreateDirectory(_room.File("links")).FullName;
        var chain = new RandomChain(2, links);
        ServiceImage image = await _room.RegisterAsync(Pack(chain.Paths), "vhd", "ovf");
        await _room.FetchVolumeAsync(image.ImageId, _room.Out("volume.qcow2"), "qcow2");
        File.WriteAllBytes(_room.File("expected.raw"), chain.Content);
        Assert.True(ServiceRoom.TryRun("qemu-img", "compare", "-f", "raw", "-F", "qcow2", _room.File("expected.raw"), _room.Out("volume.qcow2")));
        ServiceImage broken = await _room.RegisterAsync(Pack(chain.Paths.Take(1)), "vhd", "ovf");
        VhdChainBrokenException e = await Assert.ThrowsAsync<VhdChainBrokenException>(() => _room.FetchVolumeAsync(broken.ImageId, _room.Out("other.raw")));
        Assert.StartsWith(broken.ImageId, e.Path, StringComparison.Ordinal);
        Assert.Single(_room.Leftovers());
    }

    private string Pack(IEnumerable<string> paths)
    {
        string archive = _room.File("image.tar.gz");
        using FileStream file = File.Create(archive);
        using var packed = new GZipStream(file, CompressionLevel.Fastest);
        using var tar = new TarWriter(packed);
        foreach (string path in paths)
        {
            tar.WriteEntry(path, Path.GetFileName(path));
        }

        return archive;
    }
}
