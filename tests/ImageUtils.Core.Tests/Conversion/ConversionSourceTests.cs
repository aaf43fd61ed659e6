using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Conversion;

/// <summary>How a converter treats its source: looked at once, by the real inspector, and named to qemu-img for what it is.</summary>
public sealed class ConversionSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // Behaviours 040, 053, 201 and 202 of the reference: cinder leaves -f out, and qemu-img guesses.
    [Theory]
    [InlineData(null)]
    [InlineData("AMI")]
    [InlineData("ami")]
    [InlineData("QCOW2")]
    public async Task The_format_is_always_named_also_where_nobody_claimed_one(string? claim)
    {
        var qemuImg = new FakeQemuImg { Write = path => File.WriteAllBytes(path, new byte[MadeQcow2.DiskSize]) };
        await ConvertAsync(qemuImg, MadeQcow2.Version3(), claim, new ImageInspector());
        Assert.Equal(["-f", "qcow2"], Assert.Single(qemuImg.Asked).Arguments.SkipWhile(word => word != "-f").Take(2));
    }

    // Behaviours 049, 050, 198 and 200.
    [Theory]
    [InlineData(null, CheckNames.CreateType)]
    [InlineData("vmdk", CheckNames.CreateType)]
    [InlineData("vhdx", CheckNames.ClaimedFormat)]
    public async Task The_source_is_always_checked_first(string? claim, string check)
    {
        var qemuImg = new FakeQemuImg();
        byte[] content = MadeVmdk.Sparse(MadeVmdk.Descriptor.Replace("monolithicSparse", "monolithicFlat", StringComparison.Ordinal));
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => ConvertAsync(qemuImg, content, claim, new ImageInspector()));
        Assert.Contains(check, e.FailedChecks.Select(failed => failed.Name), StringComparer.Ordinal);
        Assert.Equal(_folder.File("a"), e.ImageId);
        Assert.Empty(qemuImg.Asked);
        Assert.Equal(["a"], _folder.Names());
    }

    // Behaviours 037 and 045 to 048: cinder asks again for a line of its log.
    [Fact]
    public async Task The_source_is_looked_at_once_and_the_rate_is_told()
    {
        var inspector = new PresetInspector();
        inspector.Know(_folder.File("a"), new ImageFacts { Format = DiskFormat.Qcow2, VirtualSize = 3_000_000 });
        var qemuImg = new FakeQemuImg { Write = path => File.WriteAllBytes(path, new byte[3_000_000]) };
        await ConvertAsync(qemuImg, new byte[512], claim: null, inspector);
        Assert.Single(inspector.Asked, asked => asked.Path == _folder.File("a"));
        Assert.Single(qemuImg.Asked);
        Assert.Matches(@"^Converted 3\.00 MB image at [0-9]+\.[0-9]{2} MB/s\.$", _log.VerboseLines[^1]);
    }

    // Behaviours 039 and 041: a file gets no -t none.
    [Fact]
    public async Task A_VHD_is_written_as_vpc_with_its_exact_size()
    {
        var inspector = new PresetInspector { ResultFacts = new ImageFacts { Format = DiskFormat.Vhd, VirtualSize = 512 } };
        var qemuImg = new FakeQemuImg();
        await ConvertAsync(qemuImg, new byte[512], "raw", inspector, new ConversionRequest { SourcePath = _folder.File("a"), DestinationPath = _folder.File("b"), OutputFormat = DiskFormat.Vhd, OutputSubformat = "fixed" });
        Assert.Equal("convert -O vpc -o subformat=fixed,force_size=on -f raw", string.Join(' ', Assert.Single(qemuImg.Asked).Arguments.SkipLast(2)));
    }

    private Task<ImageConversionResult> ConvertAsync(FakeQemuImg qemuImg, byte[] content, string? claim, IImageInspector inspector, ConversionRequest? request = null)
    {
        File.WriteAllBytes(_folder.File("a"), content);
        request ??= new ConversionRequest { SourcePath = _folder.File("a"), DestinationPath = _folder.File("b"), OutputFormat = DiskFormat.Raw };
        var context = new OperationContext
        {
            Options = new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.Path },
            Processes = qemuImg,
            Inspector = inspector,
            Log = _log,
        };
        return new ImageConverter(context).ConvertAsync(request with { SourceFormat = claim }, Token);
    }
}
