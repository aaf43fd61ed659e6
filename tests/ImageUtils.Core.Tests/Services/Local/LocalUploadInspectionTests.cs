using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Services.Local;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Services.Local;

/// <summary>The rules by which Glance takes or refuses the data of an upload, in a folder.</summary>
public sealed class LocalUploadInspectionTests : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly LocalImageService _service;
    private ImageUtilsOptions _options;

    public LocalUploadInspectionTests()
    {
        _options = new ImageUtilsOptions { ImageConversionDirectory = _folder.Path, LocalImageDirectory = _folder.File("images") };
        _service = new LocalImageService(_options.LocalImageDirectory) { UploadInspector = new UploadInspector(new ImageInspector(), () => _options) };
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("qcow2")]
    [InlineData("iso")]
    [InlineData("vhd")]
    [InlineData("vmdk")]
    public async Task Data_that_are_not_what_the_record_says_are_refused_and_the_image_is_queued_again(string claim)
    {
        ServiceImage image = await QueueAsync(claim);
        ImageUnacceptableException refusal = await Assert.ThrowsAsync<ImageUnacceptableException>(() => UploadAsync(image, FaultyStream.Pattern(10_000)));
        Assert.Equal(image.ImageId, refusal.ImageId);
        Assert.Contains(CheckNames.ClaimedFormat, refusal.FailedChecks.Select(check => check.Name));
        await AssertQueuedAsync(image);

        // It takes other data afterwards.
        _options = _options with { RequireImageFormatMatch = false };
        Assert.Equal("active", (await UploadAsync(image, FaultyStream.Pattern(10_000))).Status);
    }

    [Fact]
    public async Task With_the_option_off_nothing_is_asked_and_no_size_is_made_up()
    {
        _options = _options with { RequireImageFormatMatch = false };
        ServiceImage active = await UploadAsync(await QueueAsync("qcow2"), FaultyStream.Pattern(10_000));
        Assert.Equal(("active", (long?)null), (active.Status, active.VirtualSize));
    }

    [Fact]
    public async Task The_virtual_size_is_what_the_data_say()
    {
        ServiceImage active = await UploadAsync(await QueueAsync("vhd"), MadeVhd.Fixed(), new ImageUploadOptions { VirtualSize = 42 });
        Assert.Equal(("active", (long?)MadeVhd.FixedSize), (active.Status, active.VirtualSize));
    }

    [Fact]
    public async Task What_passes_arrives_byte_for_byte()
    {
        byte[] content = MadeVhd.Dynamic();
        ServiceImage active = await UploadAsync(await QueueAsync("vhd"), content);
        await using Stream data = await _service.OpenDataAsync(active.ImageId, Token);
        using var kept = new MemoryStream();
        await data.CopyToAsync(kept, Token);
        Assert.Equal(content, kept.ToArray());
    }

    [Fact]
    public async Task An_inspector_that_fails_ends_the_upload_and_nothing_is_kept()
    {
        var service = new LocalImageService(_service.Location) { UploadInspector = new UploadInspector(new BrokenInspector(), () => _options) };
        ServiceImage queued = await QueueAsync("qcow2");
        await Assert.ThrowsAsync<InvalidOperationException>(() => service.UploadAsync(queued.ImageId, new MemoryStream(MadeQcow2.Version3()), ImageUploadOptions.Default, Token));
        await AssertQueuedAsync(queued);
    }

    [Fact]
    public async Task An_unsafe_image_is_refused_by_its_first_mebibyte()
    {
        byte[] image = MadeQcow2.WithBacking("/etc/passwd");
        Array.Resize(ref image, 64 * MiB);
        ServiceImage queued = await QueueAsync("qcow2");
        using var data = new MemoryStream(image);
        ImageUnacceptableException refusal = await Assert.ThrowsAsync<ImageUnacceptableException>(() => _service.UploadAsync(queued.ImageId, data, ImageUploadOptions.Default, Token));
        Assert.Contains(CheckNames.BackingFile, refusal.FailedChecks.Select(check => check.Name));
        Assert.InRange(data.Position, MiB, 4 * MiB);
        await AssertQueuedAsync(queued);
    }

    [Fact]
    public async Task What_is_wrong_in_the_middle_is_found_at_the_end()
    {
        // The disk's header stands far behind the part that a look at the beginning sees, and far before the end.
        byte[] small = MadeVhd.Dynamic(footer => footer.Be64(16, 8 * MiB));
        byte[] image = new byte[16 * MiB];
        small.AsSpan(0, 512).CopyTo(image);
        small.AsSpan(small.Length - 512).CopyTo(image.AsSpan(image.Length - 512));
        small.AsSpan(512, 1024).CopyTo(image.AsSpan(8 * MiB));
        image[(8 * MiB) + 100] ^= 1;
        ServiceImage queued = await QueueAsync("vhd");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => UploadAsync(queued, image));
        await AssertQueuedAsync(queued);
    }

    [Fact]
    public async Task Raw_is_raw_whatever_a_guest_wrote_into_it()
    {
        foreach (byte[] content in (byte[][])[MadeQcow2.WithBacking("/etc/passwd"), MadeDisks.Gpt(), MadeDisks.Mbr(), MadeDisks.Iso(), MadeDisks.Luks1(), MadeVhd.Fixed(), []])
        {
            ServiceImage active = await UploadAsync(await QueueAsync("raw"), content);
            Assert.Equal(("active", (long?)content.Length), (active.Status, active.VirtualSize));
        }
    }

    [Theory]
    [InlineData("ami", "bare")]
    [InlineData("aki", "aki")]
    [InlineData("qcow2", "ova")]
    [InlineData("qcow2", "compressed")]
    public async Task Of_Amazons_images_and_of_containers_nothing_is_asked(string claim, string container)
    {
        ServiceImage active = await UploadAsync(await QueueAsync(claim, container), FaultyStream.Pattern(10_000), new ImageUploadOptions { VirtualSize = 42 });
        Assert.Equal(("active", (long?)42), (active.Status, active.VirtualSize));
    }

    [Fact]
    public async Task Two_formats_in_one_file_are_refused_and_a_hybrid_CD_is_a_CD()
    {
        byte[] both = MadeDisks.Iso();
        MadeQcow2.Version3().AsSpan(0, 512).CopyTo(both);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => UploadAsync(new MemoryStream(both), "iso"));
        byte[] hybrid = MadeDisks.Iso();
        MadeDisks.Mbr().AsSpan(0, 512).CopyTo(hybrid);
        Assert.Equal("active", (await UploadAsync(new MemoryStream(hybrid), "iso")).Status);
    }

    [Fact]
    public async Task A_list_of_VMDK_types_counts_as_it_is_at_the_upload()
    {
        ServiceImage queued = await QueueAsync("vmdk");
        _options = _options with { VmdkAllowedTypes = [] };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => UploadAsync(queued, MadeVmdk.StreamOptimized()));
        _options = _options with { VmdkAllowedTypes = ["streamOptimized"] };
        Assert.Equal("active", (await UploadAsync(queued, MadeVmdk.StreamOptimized())).Status);
    }

    private Task<ServiceImage> QueueAsync(string claim, string container = "bare") => _service.CreateAsync(new NewServiceImage { Name = "upload", DiskFormat = claim, ContainerFormat = container }, Token);

    private async Task<ServiceImage> UploadAsync(Stream data, string claim) => await _service.UploadAsync((await QueueAsync(claim)).ImageId, data, ImageUploadOptions.Default, Token);

    private Task<ServiceImage> UploadAsync(ServiceImage image, byte[] data, ImageUploadOptions? options = null) =>
        _service.UploadAsync(image.ImageId, new MemoryStream(data), options ?? ImageUploadOptions.Default, Token);

    private async Task AssertQueuedAsync(ServiceImage image)
    {
        ServiceImage queued = await _service.GetAsync(image.ImageId, Token);
        Assert.Equal(("queued", (long?)null, (string?)null), (queued.Status, queued.Size, queued.Checksum));
        Assert.Equal(["image.json"], Directory.GetFileSystemEntries(Path.Combine(_service.Location, image.ImageId)).Select(Path.GetFileName));
    }

    private sealed class BrokenInspector : IImageInspector
    {
        public ImageInspection Inspect(string path, InspectionRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException(path);

        public ImageInspection Inspect(IImageReader reader, InspectionRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException(reader.Name);
    }
}
