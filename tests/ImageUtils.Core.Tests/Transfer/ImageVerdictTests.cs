using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>The real inspector on the ways in and out: what it refuses goes no further, and leaves nothing.</summary>
public sealed class ImageVerdictTests : IDisposable
{
    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[], string> Refused => new()
    {
        { "vmdk", Vmdk("monolithicFlat"), CheckNames.CreateType },
        { "vmdk", Vmdk("twoGbMaxExtentFlat"), CheckNames.CreateType },
        { "qcow2", MadeQcow2.WithBacking("base.img"), CheckNames.BackingFile },
        { "qcow2", MadeQcow2.Version3().Be64(72, 4), CheckNames.DataFile },
        { "qcow2", MadeQcow2.Version3().Be64(72, 1UL << 7), CheckNames.UnknownFeatures },
        { "raw", MadeQcow2.Version3(), CheckNames.ClaimedFormat },
        { "qcow2", new byte[1024], CheckNames.ClaimedFormat },
    };

    private OperationContext Context => _world.Context with { Inspector = new ImageInspector() };

    public void Dispose() => _world.Dispose();

    // Behaviours 091 to 093, 095, 096 and 098 of the reference.
    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task A_fetch_refuses_what_the_inspector_refuses(string diskFormat, byte[] content, string check)
    {
        ServiceImage image = await _world.AddAsync(content, diskFormat);
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image));
        Assert.Equal(image.ImageId, e.ImageId);
        Assert.Equal(check, Assert.Single(e.FailedChecks).Name);
        Assert.Empty(_world.Leftovers());
    }

    // Behaviours 144, 145, 147 and 155.
    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task A_volume_is_not_made_of_what_the_inspector_refuses(string diskFormat, byte[] content, string check)
    {
        ServiceImage image = await _world.AddAsync(content, diskFormat);
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchVolumeAsync(image, DiskFormat.Raw));
        Assert.Equal(check, Assert.Single(e.FailedChecks).Name);
        Assert.Empty(_world.Converter.Requests);
        Assert.Empty(_world.Leftovers());
    }

    // Behaviours 120, 123 and 129.
    [Theory]
    [InlineData("vmdk", "vmdk")]
    [InlineData("vmdk", "raw")]
    [InlineData("qcow2", "qcow2")]
    [InlineData("qcow2", "raw")]
    public async Task A_volume_that_the_inspector_refuses_is_not_published(string volumeFormat, string diskFormat)
    {
        string volume = _world.OutFile("volume");
        await File.WriteAllBytesAsync(volume, volumeFormat == "vmdk" ? Vmdk("monolithicFlat") : MadeQcow2.WithBacking("base.img"), Token);
        var request = new PublishRequest { SourcePath = volume, VolumeFormat = DiskFormat.Parse(volumeFormat), NewImage = new NewServiceImage { DiskFormat = diskFormat } };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => new ImagePublisher(Context, _world.Service, _world.Converter).PublishAsync(request, Token));
        Assert.Equal(0, _world.Service.Created);
        Assert.Empty(_world.Converter.Requests);
        Assert.Equal([volume], _world.Leftovers());
    }

    // Behaviours 193 to 195, on the way in.
    [Fact]
    public async Task The_allowed_VMDK_types_are_those_of_the_options()
    {
        ServiceImage custom = await _world.AddAsync(Vmdk("custom"), "vmdk");
        ServiceImage usual = await _world.AddAsync(MadeVmdk.Sparse(), "vmdk");
        _world.Options = _world.Options with { VmdkAllowedTypes = ["custom", "word"] };
        Assert.Equal("vmdk", (await FetchAsync(custom)).Format);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(usual));
        _world.Options = _world.Options with { VmdkAllowedTypes = [] };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(custom));
    }

    // Behaviours 098 and 245: cinder refuses extended L2, and reads feature bits where version 2 has none.
    [Fact]
    public async Task What_cinder_refuses_without_need_is_fetched()
    {
        Assert.Equal("qcow2", (await FetchAsync(await _world.AddAsync(MadeQcow2.Version3().Be64(72, 16), "qcow2"))).Format);
        Assert.Equal("qcow2", (await FetchAsync(await _world.AddAsync(MadeQcow2.Version2().Be32(72, 0x11223344).Be32(76, 5).Put(80, "abcde"u8), "qcow2"))).Format);
        Assert.Equal("vhd", (await FetchAsync(await _world.AddAsync(MadeVhd.Dynamic(), "vhd"))).Format);
    }

    // Behaviours 130 and 138: the mapped name of the image's format, the wanted one with its subformat.
    [Theory]
    [InlineData("vhd", "vhd")]
    [InlineData("ploop", "parallels")]
    [InlineData("iso", "iso")]
    public async Task A_fixed_VHD_is_made_of_any_claim(string diskFormat, string mapped)
    {
        byte[] content = mapped switch
        {
            "vhd" => MadeVhd.Dynamic(),
            "iso" => MadeDisks.Iso(),
            _ => MadeDisks.Parallels(),
        };
        await FetchVolumeAsync(await _world.AddAsync(content, diskFormat), DiskFormat.Vhd, "fixed");
        ConversionRequest asked = Assert.Single(_world.Converter.Requests);
        Assert.Equal((mapped, DiskFormat.Vhd, "fixed"), (asked.SourceFormat, asked.OutputFormat, asked.OutputSubformat));
        Assert.False(asked.DisableSparse);
    }

    // Behaviour 153.
    [Fact]
    public async Task A_missing_image_leaves_the_volume_that_is_there()
    {
        await File.WriteAllTextAsync(_world.OutFile("volume"), "precious", Token);
        var missing = new ServiceImage { ImageId = Guid.NewGuid().ToString(), Status = "active" };
        await Assert.ThrowsAsync<ImageNotFoundException>(() => FetchVolumeAsync(missing, DiskFormat.Raw, force: true));
        Assert.Equal("precious", await File.ReadAllTextAsync(_world.OutFile("volume"), Token));
    }

    private static byte[] Vmdk(string type) => MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("monolithicSparse", type, StringComparison.Ordinal));

    private Task<ImageFetchResult> FetchAsync(ServiceImage image) =>
        new ImageFetcher(Context, _world.Service).FetchAsync(new FetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("disk"), Force = true }, Token);

    private Task<ImageConversionResult> FetchVolumeAsync(ServiceImage image, DiskFormat format, string? subformat = null, bool force = false) =>
        new VolumeFetcher(Context, _world.Service, _world.Converter).FetchAsync(
            new VolumeFetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("volume"), OutputFormat = format, OutputSubformat = subformat, Force = force }, Token);
}
