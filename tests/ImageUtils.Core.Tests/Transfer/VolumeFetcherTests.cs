using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

public sealed class VolumeFetcherTests : IDisposable
{
    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task An_image_becomes_a_volume_through_a_temporary_file()
    {
        ServiceImage image = await _world.AddAsync("qcow2:data"u8.ToArray(), "qcow2");
        ImageConversionResult result = await FetchAsync(image.ImageId);
        ConversionRequest conversion = Assert.Single(_world.Converter.Requests);
        Assert.Equal("qcow2", conversion.SourceFormat);
        Assert.Equal(image.ImageId, conversion.ImageId);
        Assert.StartsWith($"image_download_{image.ImageId}_", Path.GetFileName(conversion.SourcePath), StringComparison.Ordinal);
        Assert.EndsWith("@host-lvm", conversion.SourcePath, StringComparison.Ordinal);
        Assert.Null(result.SourcePath);
        Assert.Equal(image.ImageId, result.SourceImageId);
        Assert.Equal(10, result.TemporaryBytes);
        Assert.True(result.AverageBytesPerSecond > 0);
        Assert.Equal([_world.OutFile("volume")], _world.Leftovers());
    }

    // Behaviour 137 of the reference: raw to raw is converted too.
    [Fact]
    public async Task Equal_formats_are_converted_as_well()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        await FetchAsync(image.ImageId, request => request with { DisableSparse = true, Compress = true, OutputSubformat = "fixed", MaxBytesPerSecond = 7, RunAsRoot = true });
        ConversionRequest conversion = Assert.Single(_world.Converter.Requests);
        Assert.True(conversion is { DisableSparse: true, Compress: true, OutputSubformat: "fixed", MaxBytesPerSecond: 7, RunAsRoot: true });
        Assert.Equal(DiskFormat.Raw, conversion.OutputFormat);
    }

    // Behaviours 161 to 164.
    [Theory]
    [InlineData("raw", "raw", true)]
    [InlineData("vhd", "vpc", true)]
    [InlineData("ploop", "parallels", true)]
    [InlineData("qcow2", "raw", false)]
    [InlineData("iso", "raw", false)]
    [InlineData("ami", "raw", false)]
    public async Task With_conversion_disabled_the_formats_must_be_equal(string diskFormat, string volumeFormat, bool isAllowed)
    {
        _world.Options = _world.Options with { ConversionDisabled = true };
        ServiceImage image = await _world.AddAsync(System.Text.Encoding.ASCII.GetBytes(DiskFormat.TryParse(diskFormat, out DiskFormat? known) ? known.Name + ":" : "x"), diskFormat);
        Task<ImageConversionResult> fetch = FetchAsync(image.ImageId, request => request with { OutputFormat = DiskFormat.Parse(volumeFormat) });
        if (isAllowed)
        {
            await fetch;
            return;
        }

        ImageConversionNotAllowedException e = await Assert.ThrowsAsync<ImageConversionNotAllowedException>(() => fetch);
        Assert.Contains("must use an image with the disk_format property", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, _world.Service.Opened);
    }

    // Behaviour 149.
    [Fact]
    public async Task A_compressed_container_is_refused_before_the_download()
    {
        ServiceImage image = await _world.AddAsync("gzip:"u8.ToArray(), "raw", "compressed");
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        Assert.Equal("Image compression disallowed, but container_format is compressed.", e.Reason);
        Assert.Equal(0, _world.Service.Opened);
    }

    // Behaviour 146.
    [Fact]
    public async Task A_compressed_container_is_unpacked_between_download_and_inspection()
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        ServiceImage image = await _world.AddAsync(MadeGzip.Of("qcow2:data"u8.ToArray()), "qcow2", "compressed");
        ImageConversionResult result = await FetchAsync(image.ImageId);
        ConversionRequest conversion = Assert.Single(_world.Converter.Requests);
        Assert.Equal("qcow2", conversion.SourceFormat);
        Assert.StartsWith($"image_download_{image.ImageId}_", Path.GetFileName(conversion.SourcePath), StringComparison.Ordinal);
        Assert.Equal("qcow2:data", await File.ReadAllTextAsync(_world.OutFile("volume"), Token));
        Assert.Equal(image.Size + 10, result.TemporaryBytes);
        Assert.Equal([_world.OutFile("volume")], _world.Leftovers());
    }

    // Behaviour 150.
    [Theory]
    [InlineData("not gzip at all", "Unsupported compressed image format found. Only gzip is supported currently")]
    [InlineData("", "Unsupported compressed image format found. Only gzip is supported currently")]
    [InlineData("\u001f", "Unsupported compressed image format found. Only gzip is supported currently")]
    public async Task A_compressed_container_that_is_not_gzip_is_refused(string content, string reason)
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        ServiceImage image = await _world.AddAsync(System.Text.Encoding.Latin1.GetBytes(content), "raw", "compressed");
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        Assert.Equal(reason, e.Reason);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task What_is_inside_a_compressed_container_is_judged_by_its_claim()
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        ServiceImage image = await _world.AddAsync(MadeGzip.Of("qcow2:EVIL"u8.ToArray()), "qcow2", "compressed");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        ServiceImage liar = await _world.AddAsync(MadeGzip.Of("qcow2:data"u8.ToArray()), "raw", "compressed");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(liar.ImageId));
        Assert.Empty(_world.Converter.Requests);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_XenServer_image_that_is_no_archive_is_refused_and_leaves_nothing()
    {
        ServiceImage image = await _world.AddAsync("gzip:"u8.ToArray(), "vhd", "ovf");
        ArchiveUnsafeException e = await Assert.ThrowsAsync<ArchiveUnsafeException>(() => FetchAsync(image.ImageId));
        Assert.Equal(image.ImageId, e.Path);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_missing_program_is_told_before_the_download()
    {
        ServiceImage image = await _world.AddAsync("qcow2:data"u8.ToArray(), "qcow2");
        _world.Converter.RefuseBefore = new ToolNotFoundException("qemu-img");
        await Assert.ThrowsAsync<ToolNotFoundException>(() => FetchAsync(image.ImageId));
        Assert.Equal(0, _world.Service.Opened);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_existing_destination_is_told_before_the_download()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        await File.WriteAllTextAsync(_world.OutFile("volume"), "precious", Token);
        await Assert.ThrowsAsync<DestinationExistsException>(() => FetchAsync(image.ImageId));
        Assert.Equal(0, _world.Service.Opened);
        await FetchAsync(image.ImageId, request => request with { Force = true });
        Assert.Equal("data", await File.ReadAllTextAsync(_world.OutFile("volume"), Token));
    }

    [Fact]
    public async Task A_volume_smaller_than_min_disk_is_refused_before_the_download()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray(), minDisk: 2);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId, request => request with { VolumeSizeBytes = 1L << 30 }));
        Assert.Equal(0, _world.Service.Opened);
        await FetchAsync(image.ImageId, request => request with { VolumeSizeBytes = 2L << 30 });
    }

    // Behaviours 139 and 179.
    [Fact]
    public async Task An_image_larger_than_the_volume_is_not_converted()
    {
        ServiceImage image = await _world.AddAsync("qcow2:data"u8.ToArray(), "qcow2");
        _world.Inspector.VirtualSize = 3L << 30;
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId, request => request with { VolumeSizeBytes = 2L << 30 }));
        Assert.Equal("Image virtual size is 3GB and doesn't fit in a volume of size 2GB.", e.Reason);
        Assert.Empty(_world.Converter.Requests);
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData("qcow2:EVIL", "qcow2")]
    [InlineData("qcow2:data", "raw")]
    [InlineData("data", "qcow2")]
    public async Task Unsafe_or_mislabelled_images_are_not_converted(string content, string diskFormat)
    {
        ServiceImage image = await _world.AddAsync(System.Text.Encoding.ASCII.GetBytes(content), diskFormat);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        Assert.Empty(_world.Converter.Requests);
        Assert.Empty(_world.Leftovers());
    }

    // Behaviour 156: an ami may hold raw or qcow2 bytes.
    [Theory]
    [InlineData("data")]
    [InlineData("qcow2:data")]
    public async Task An_ami_is_what_the_inspector_finds(string content)
    {
        ServiceImage image = await _world.AddAsync(System.Text.Encoding.ASCII.GetBytes(content), "ami", "ami");
        await FetchAsync(image.ImageId);
        Assert.Equal("ami", Assert.Single(_world.Converter.Requests).SourceFormat);
    }

    [Fact]
    public async Task A_wrong_hash_is_not_converted()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        _world.Service.OnOpen = _ => new MemoryStream("dada"u8.ToArray());
        await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(image.ImageId));
        Assert.Empty(_world.Converter.Requests);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_conversion_that_fails_leaves_nothing()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        _world.Converter.FailWith = new ConversionFailedException("x", "y");
        await Assert.ThrowsAsync<ConversionFailedException>(() => FetchAsync(image.ImageId));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_missing_image_makes_no_folder()
    {
        await Assert.ThrowsAsync<ImageNotFoundException>(() => FetchAsync(Guid.NewGuid().ToString()));
        Assert.False(Directory.Exists(_world.Options.ImageConversionDirectory));
    }

    private Task<ImageConversionResult> FetchAsync(string imageId, Func<VolumeFetchRequest, VolumeFetchRequest>? change = null)
    {
        var request = new VolumeFetchRequest { ImageId = imageId, DestinationPath = _world.OutFile("volume"), OutputFormat = DiskFormat.Raw };
        return new VolumeFetcher(_world.Context, _world.Service, _world.Converter).FetchAsync(change?.Invoke(request) ?? request, Token);
    }
}
