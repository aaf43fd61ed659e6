using ImageUtils.Conversion;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

public sealed class ImagePublisherTests : IDisposable
{
    private readonly TransferWorld _world = new();
    private readonly string _volume;

    public ImagePublisherTests()
    {
        _volume = Path.Combine(Path.GetDirectoryName(_world.Out)!, "volume.raw");
        File.WriteAllText(_volume, "the volume");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    // Behaviour 114: the volume itself is sent.
    [Fact]
    public async Task Equal_formats_go_straight_through()
    {
        ImagePublishResult result = await PublishAsync(NewImage("raw"));
        Assert.False(result.IsConverted);
        Assert.Empty(_world.Converter.Requests);
        Assert.Empty(_world.Inspector.Asked);
        Assert.Equal("raw", result.DiskFormat);
        Assert.Equal("bare", result.ContainerFormat);
        Assert.Equal(10, result.Size);
        Assert.Equal(_volume, result.SourcePath);
        Assert.Equal("published", result.Name);
        Assert.Equal(TransferWorld.Sha512("the volume"u8.ToArray()), result.Hash);
        Assert.Equal("the volume"u8.ToArray(), await _world.DataOfAsync(result.ImageId));
        Assert.Equal(10, (await _world.Service.GetAsync(result.ImageId, Token)).VirtualSize);
        Assert.False(Directory.Exists(_world.Options.ImageConversionDirectory));
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public async Task Other_formats_are_converted_and_compressed_as_wanted(bool option, bool noCompress, bool isCompressed)
    {
        _world.Options = _world.Options with { CompressOnUpload = option };
        ImagePublishResult result = await PublishAsync(NewImage("qcow2") with { NoCompress = noCompress });
        ConversionRequest conversion = Assert.Single(_world.Converter.Requests);
        Assert.Equal("raw", conversion.SourceFormat);
        Assert.Equal(isCompressed, conversion.Compress);
        Assert.StartsWith("vol_upload_", Path.GetFileName(conversion.DestinationPath), StringComparison.Ordinal);
        Assert.True(result.IsConverted);
        Assert.Equal("qcow2:the volume"u8.ToArray(), await _world.DataOfAsync(result.ImageId));
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData("vmdk")]
    [InlineData("vhdx")]
    public async Task Only_qcow2_is_compressed(string format)
    {
        await PublishAsync(NewImage(format));
        Assert.False(Assert.Single(_world.Converter.Requests).Compress);
    }

    [Theory]
    [InlineData("iso:the guest's", "iso")]
    [InlineData("the guest's", "raw")]
    [InlineData("qcow2:the guest's", "raw")]
    public async Task A_plain_volume_is_pinned_to_what_it_is_whatever_a_guest_wrote(string content, string pinned)
    {
        await File.WriteAllTextAsync(_volume, content, Token);
        await PublishAsync(NewImage("qcow2"));
        Assert.Equal(pinned, Assert.Single(_world.Converter.Requests).SourceFormat);
    }

    [Fact]
    public async Task A_queued_image_gets_the_data_and_only_once()
    {
        ServiceImage queued = await _world.Service.CreateAsync(new NewServiceImage { DiskFormat = "ploop", Name = "mine" }, Token);
        ImagePublishResult result = await PublishAsync(new PublishRequest { SourcePath = _volume, ImageId = queued.ImageId, BaseImageId = Guid.NewGuid().ToString(), StoreId = "local" });
        Assert.Equal(queued.ImageId, result.ImageId);
        Assert.Equal("ploop", result.DiskFormat);
        Assert.Equal(DiskFormat.Parallels, Assert.Single(_world.Converter.Requests).OutputFormat);
        ImageStatusConflictException e = await Assert.ThrowsAsync<ImageStatusConflictException>(() => PublishAsync(new PublishRequest { SourcePath = _volume, ImageId = queued.ImageId }));
        Assert.Equal("active", e.Status);
    }

    // Behaviours 212 to 214.
    [Fact]
    public async Task A_store_that_takes_nothing_is_refused_before_any_work()
    {
        _world.Service.OnStores = stores => [.. stores, new ImageStore { StoreId = "archive", IsReadOnly = true }];
        File.Delete(_volume);
        StoreNotFoundException missing = await Assert.ThrowsAsync<StoreNotFoundException>(() => PublishAsync(NewImage("qcow2") with { StoreId = "Local" }));
        Assert.Contains("local, archive", missing.RecommendedAction, StringComparison.Ordinal);
        StoreReadOnlyException readOnly = await Assert.ThrowsAsync<StoreReadOnlyException>(() => PublishAsync(NewImage("qcow2") with { StoreId = "archive" }));
        Assert.Equal("archive", readOnly.StoreId);
        Assert.Empty(_world.Converter.Requests);
        Assert.Equal(0, _world.Service.Created);
    }

    [Fact]
    public async Task The_source_image_is_never_the_target()
    {
        ServiceImage source = await _world.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<DestinationIsSourceException>(
            () => PublishAsync(new PublishRequest { SourcePath = _volume, ImageId = source.ImageId, BaseImageId = source.ImageId.ToUpperInvariant() }));
        Assert.Equal("queued", (await _world.Service.GetAsync(source.ImageId, Token)).Status);
    }

    // Behaviours 124 and 162.
    [Fact]
    public async Task With_conversion_disabled_only_the_volumes_format_goes()
    {
        _world.Options = _world.Options with { ConversionDisabled = true };
        ImageConversionNotAllowedException e = await Assert.ThrowsAsync<ImageConversionNotAllowedException>(() => PublishAsync(NewImage("qcow2")));
        Assert.Contains("volume can only be uploaded in the format", e.Message, StringComparison.Ordinal);
        await PublishAsync(NewImage("raw"));
        await File.WriteAllTextAsync(_volume, "vhd:x", Token);
        await PublishAsync(NewImage("vpc") with { VolumeFormat = DiskFormat.Vhd });
        Assert.Equal(2, (await _world.ListAsync()).Count);
    }

    // Behaviour 118.
    [Fact]
    public async Task A_result_of_another_format_is_not_sent()
    {
        _world.Converter.WriteFormat = string.Empty;
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => PublishAsync(NewImage("qcow2")));
        Assert.Equal("Converted to qcow2, but format is now raw", e.Reason);
        Assert.Equal(0, _world.Service.Created);
        Assert.Empty(_world.Leftovers());
    }

    // Behaviours 123 and 129; cinder sends an unsafe volume of the same format unseen.
    [Theory]
    [InlineData("qcow2")]
    [InlineData("raw")]
    [InlineData("vmdk")]
    public async Task An_unsafe_volume_is_never_published(string target)
    {
        await File.WriteAllTextAsync(_volume, "qcow2:EVIL", Token);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => PublishAsync(NewImage(target) with { VolumeFormat = DiskFormat.Qcow2 }));
        Assert.Empty(_world.Converter.Requests);
        Assert.Equal(0, _world.Service.Created);
    }

    [Fact]
    public async Task A_volume_that_is_not_what_its_owner_says_is_not_published()
    {
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => PublishAsync(NewImage("qcow2") with { VolumeFormat = DiskFormat.Qcow2 }));
        Assert.Equal(0, _world.Service.Created);
    }

    [Fact]
    public async Task A_broken_upload_leaves_no_image()
    {
        _world.Service.OnUploaded = _ => throw new IOException("gone");
        await Assert.ThrowsAsync<IOException>(() => PublishAsync(NewImage("raw")));
        Assert.Equal(1, _world.Service.Created);
        Assert.Empty(await _world.ListAsync());
    }

    [Fact]
    public async Task A_broken_upload_into_a_given_image_leaves_it_queued()
    {
        ServiceImage queued = await _world.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        var source = new FaultyStream(2_000_000, new IOException("gone"));
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => PublishAsync(new PublishRequest { Source = source, ImageId = queued.ImageId }));
        Assert.Equal("queued", (await _world.Service.GetAsync(queued.ImageId, Token)).Status);
    }

    [Fact]
    public async Task A_service_that_holds_other_data_is_not_believed()
    {
        _world.Service.OnUploaded = image => image with { OsHashValue = new string('0', 128) };
        DigestMismatchException e = await Assert.ThrowsAsync<DigestMismatchException>(() => PublishAsync(NewImage("raw")));
        Assert.Equal("sha512", e.Algorithm);
        _world.Service.OnUploaded = image => image with { OsHashAlgo = "whirlpool", Checksum = new string('0', 32) };
        Assert.Equal("md5", (await Assert.ThrowsAsync<DigestMismatchException>(() => PublishAsync(NewImage("raw")))).Algorithm);
        _world.Service.OnUploaded = image => image with { Size = 9 };
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => PublishAsync(NewImage("raw")));
        Assert.Empty(await _world.ListAsync());
    }

    [Fact]
    public async Task A_cancelled_publication_leaves_no_image()
    {
        using var cancel = new CancellationTokenSource();
        var source = new FaultyStream(long.MaxValue, onRead: position =>
        {
            if (position > 4_000_000)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ImagePublisher(_world.Context, _world.Service, _world.Converter).PublishAsync(NewImage("raw") with { SourcePath = null, Source = source }, cancel.Token));
        Assert.Empty(await _world.ListAsync());
        Assert.False(source.IsDisposed);
    }

    // Behaviour 116.
    [Fact]
    public async Task A_stream_is_sent_without_a_file_where_plain_bytes_stay_plain()
    {
        using var source = new MemoryStream("...stream"u8.ToArray());
        source.Position = 3;
        ImagePublishResult result = await PublishAsync(NewImage("raw") with { SourcePath = null, Source = source });
        Assert.Equal("stream"u8.ToArray(), await _world.DataOfAsync(result.ImageId));
        Assert.Null(result.SourcePath);
        Assert.False(Directory.Exists(_world.Options.ImageConversionDirectory));
    }

    [Fact]
    public async Task Every_other_stream_is_looked_at_first()
    {
        ImagePublishResult converted = await PublishAsync(NewImage("qcow2") with { SourcePath = null, Source = new MemoryStream("abc"u8.ToArray()) });
        Assert.Equal("qcow2:abc"u8.ToArray(), await _world.DataOfAsync(converted.ImageId));
        await Assert.ThrowsAsync<ImageUnacceptableException>(
            () => PublishAsync(NewImage("qcow2") with { SourcePath = null, Source = new MemoryStream("qcow2:EVIL"u8.ToArray()), VolumeFormat = DiskFormat.Qcow2 }));
        Assert.Empty(_world.Leftovers());
        Assert.Single(await _world.ListAsync());
    }

    [Fact]
    public async Task Reserved_properties_are_kept_back()
    {
        PublishRequest request = NewImage("raw");
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["os_glance_x"] = "1", ["img_signature"] = "2", ["hw_disk_bus"] = "scsi", ["mine_x"] = "3" };
        _world.Options = _world.Options with { ReservedImageNamespaces = ["mine"] };
        ImagePublishResult result = await PublishAsync(request with { NewImage = request.NewImage! with { Properties = properties } });
        Assert.Equal("hw_disk_bus", Assert.Single((await _world.Service.GetAsync(result.ImageId, Token)).Properties).Key);
    }

    // Behaviour 117, without the conversion between equal formats: the bytes inside are those of the volume.
    [Theory]
    [InlineData("raw", "the volume", false)]
    [InlineData("qcow2", "qcow2:the volume", true)]
    public async Task A_compressed_container_is_gzip_around_the_image(string diskFormat, string inside, bool isConverted)
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        PublishRequest request = NewImage(diskFormat);
        ImagePublishResult result = await PublishAsync(request with { NewImage = request.NewImage! with { ContainerFormat = "compressed" } });
        byte[] sent = await _world.DataOfAsync(result.ImageId);
        Assert.Equal(inside, System.Text.Encoding.ASCII.GetString(MadeGzip.Open(sent)));
        Assert.Equal("compressed", result.ContainerFormat);
        Assert.Equal(sent.Length, result.Size);
        Assert.Equal(TransferWorld.Sha512(sent), result.Hash);
        Assert.Equal(isConverted, result.IsConverted);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_stream_is_compressed_too_and_its_size_is_that_of_the_disk()
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        var request = new PublishRequest { Source = new FaultyStream(3_000_000), NewImage = new NewServiceImage { Name = "piped", DiskFormat = "raw", ContainerFormat = "compressed" } };
        ImagePublishResult result = await PublishAsync(request);
        Assert.Equal(FaultyStream.Pattern(3_000_000), MadeGzip.Open(await _world.DataOfAsync(result.ImageId)));
        Assert.Equal(3_000_000, (await _world.Service.GetAsync(result.ImageId, Token)).VirtualSize);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_empty_volume_is_a_gzip_of_nothing()
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        await File.WriteAllBytesAsync(_volume, [], Token);
        PublishRequest request = NewImage("raw");
        ImagePublishResult result = await PublishAsync(request with { NewImage = request.NewImage! with { ContainerFormat = "compressed" } });
        var back = new VolumeFetchRequest { ImageId = result.ImageId, DestinationPath = _world.OutFile("back"), OutputFormat = DiskFormat.Raw };
        await new VolumeFetcher(_world.Context, _world.Service, _world.Converter).FetchAsync(back, Token);
        Assert.Equal(0, new FileInfo(_world.OutFile("back")).Length);
        Assert.Equal(20, result.Size);
    }

    [Fact]
    public async Task A_compressed_container_that_is_not_allowed_is_refused_before_any_work()
    {
        PublishRequest request = NewImage("raw");
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(
            () => PublishAsync(request with { NewImage = request.NewImage! with { ContainerFormat = "compressed" } }));
        Assert.Contains("compression disallowed", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, _world.Service.Created);
    }

    [Fact]
    public async Task A_stream_that_breaks_while_it_is_compressed_makes_no_image()
    {
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        var request = new PublishRequest { Source = new FaultyStream(3_000_000, new IOException("gone")), NewImage = new NewServiceImage { Name = "piped", DiskFormat = "raw", ContainerFormat = "compressed" } };
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => PublishAsync(request));
        Assert.Equal(0, _world.Service.Created);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task What_is_no_volume_is_a_typed_error()
    {
        await Assert.ThrowsAsync<PathNotFoundException>(() => PublishAsync(NewImage("raw") with { SourcePath = _world.OutFile("none") }));
        await Assert.ThrowsAsync<ImageUnreadableException>(() => PublishAsync(NewImage("raw") with { SourcePath = _world.Out }));
        if (!OperatingSystem.IsWindows())
        {
            await Assert.ThrowsAsync<ImageUnreadableException>(() => PublishAsync(NewImage("raw") with { SourcePath = "/dev/zero" }));
        }

        Assert.Equal(0, _world.Service.Created);
    }

    [Fact]
    public async Task A_volume_that_cannot_be_read_is_named_and_leaves_no_image()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc, where reading the first page of memory fails.");
        ImageUnreadableException e = await Assert.ThrowsAsync<ImageUnreadableException>(() => PublishAsync(NewImage("raw") with { SourcePath = "/proc/self/mem" }));
        Assert.Equal("/proc/self/mem", e.Path);
        Assert.Equal(0, _world.Service.Created);
    }

    [Fact]
    public async Task A_request_names_one_volume_and_one_image()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => PublishAsync(new PublishRequest { SourcePath = _volume }));
        await Assert.ThrowsAsync<ArgumentException>(() => PublishAsync(NewImage("raw") with { SourcePath = null }));
        await Assert.ThrowsAsync<ArgumentException>(() => PublishAsync(NewImage("raw") with { ImageId = Guid.NewGuid().ToString() }));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => PublishAsync(new PublishRequest { SourcePath = _volume, ImageId = "no such" }));
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => PublishAsync(NewImage("qed")));
    }

    [Fact]
    public async Task A_missing_program_is_told_before_anything_is_read()
    {
        _world.Converter.RefuseBefore = new ToolNotFoundException("qemu-img");
        var source = new FaultyStream(10, onRead: _ => Assert.Fail("Nothing should be read."));
        await Assert.ThrowsAsync<ToolNotFoundException>(() => PublishAsync(NewImage("qcow2") with { SourcePath = null, Source = source }));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public void Metadata_are_filtered_also_inside()
    {
        var filter = new MetadataFilter(["mine", "mine", "", "os_glance"], _world.Log);
        Assert.Equal(["os_glance", "img_signature", "signature_verified", "mine"], filter.Prefixes);
        var inner = new Dictionary<string, object?>(StringComparer.Ordinal) { ["signature_verified"] = true, ["kept"] = 1 };
        var outer = new Dictionary<string, object?>(StringComparer.Ordinal) { ["os_glance_a"] = "x", ["Os_glance"] = "kept", ["properties"] = inner, ["mineral"] = 2 };
        IReadOnlyDictionary<string, object?> kept = filter.Filter(outer);
        Assert.Equal(["Os_glance", "properties"], kept.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["kept"], Assert.IsType<Dictionary<string, object?>>(kept["properties"]).Keys);
        Assert.Equal(2, inner.Count);
        Assert.Empty(filter.Filter((System.Collections.IDictionary?)null));
        Assert.Equal("No metadata to be filtered.", _world.Log.VerboseLines[^1]);
    }

    private PublishRequest NewImage(string diskFormat) => new() { SourcePath = _volume, NewImage = new NewServiceImage { Name = "published", DiskFormat = diskFormat } };

    private Task<ImagePublishResult> PublishAsync(PublishRequest request) =>
        new ImagePublisher(_world.Context, _world.Service, _world.Converter).PublishAsync(request, Token);
}
