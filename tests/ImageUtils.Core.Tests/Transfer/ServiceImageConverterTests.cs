using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>What happens to an image of a service while it is converted; the conversion itself is of straw here.</summary>
public sealed class ServiceImageConverterTests : IDisposable
{
    private static readonly byte[] Qcow2 = Encoding.ASCII.GetBytes("qcow2:guest data");

    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Where_data_can_be_replaced_the_image_keeps_its_id()
    {
        _world.Service.ReplacesData = true;
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        ServiceImage converted = await ConvertAsync(image, "vdi");
        Assert.Equal((image.ImageId, "vdi", "bare", "active"), (converted.ImageId, converted.DiskFormat, converted.ContainerFormat, converted.Status));
        byte[] data = await _world.DataOfAsync(image.ImageId);
        Assert.StartsWith("vdi:", Encoding.ASCII.GetString(data), StringComparison.Ordinal);
        Assert.Equal((data.Length, TransferWorld.Sha512(data), Qcow2.Length), (converted.Size, converted.OsHashValue, converted.VirtualSize));
        Assert.Single(await _world.ListAsync());
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task Elsewhere_a_new_image_like_the_old_one_is_made_which_stays()
    {
        _world.Options = _world.Options with { VerifySignatures = false };
        ServiceImage image = await AddRichAsync();
        ServiceImage converted = await ConvertAsync(image, "vpc");
        Assert.NotEqual(image.ImageId, converted.ImageId);
        Assert.Equal(("vhd", "bare", "active", "rich", 3, 64, "public"), (converted.DiskFormat, converted.ContainerFormat, converted.Status, converted.Name, converted.MinDisk, converted.MinRam, converted.Visibility));
        Assert.True(converted.Protected);
        Assert.Equal(["a", "b"], converted.Tags);
        Assert.Equal(("debian", 1), (converted.Properties["os_distro"], converted.Properties.Count));
        Assert.Contains(_world.Log.Warnings, line => line.Contains("signed", StringComparison.Ordinal));
        Assert.Equal(Qcow2, await _world.DataOfAsync(image.ImageId));
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_signature_that_cannot_be_verified_is_no_ground_to_drop_it(bool replaces)
    {
        _world.Service.ReplacesData = replaces;
        ServiceImage image = await AddRichAsync();
        await Assert.ThrowsAsync<SignatureIncompleteException>(() => ConvertAsync(image, "vdi"));
        await AssertUnchangedAsync(image, Qcow2);
    }

    [Fact]
    public async Task The_original_goes_where_that_is_wanted_and_only_after_the_new_one_came()
    {
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        _world.Service.OnUploaded = uploaded =>
        {
            Assert.Equal(Qcow2, _world.DataOfAsync(image.ImageId).GetAwaiter().GetResult());
            return uploaded;
        };
        ServiceImage converted = await ConvertAsync(image, "vdi", removeOriginal: true);
        Assert.Equal(converted.ImageId, Assert.Single(await _world.ListAsync()).ImageId);
    }

    [Fact]
    public async Task A_protected_original_that_shall_go_is_refused_before_any_work()
    {
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        await _world.Service.UpdateAsync(image.ImageId, new ImageChanges { Protected = true }, Token);
        int created = _world.Service.Created;
        await Assert.ThrowsAsync<ImageProtectedException>(() => ConvertAsync(image, "vdi", removeOriginal: true));
        Assert.Equal((created, 0), (_world.Service.Created, _world.Service.Opened));
    }

    [Fact]
    public async Task What_the_service_does_not_allow_is_said_before_any_work()
    {
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        _world.Service.OnCreate = _ => throw new NotAuthorizedException("make an image", "policy");
        await Assert.ThrowsAsync<NotAuthorizedException>(() => ConvertAsync(image, "vdi"));
        Assert.Equal(0, _world.Service.Opened);
        Assert.Empty(_world.Converter.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_conversion_that_fails_leaves_everything_as_it_was(bool replaces)
    {
        _world.Service.ReplacesData = replaces;
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        _world.Converter.FailWith = new ConversionFailedException("qemu-img", "no");
        await Assert.ThrowsAsync<ConversionFailedException>(() => ConvertAsync(image, "vdi"));
        await AssertUnchangedAsync(image, Qcow2);
    }

    [Fact]
    public async Task An_upload_that_went_wrong_leaves_no_second_image()
    {
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        _world.Service.OnUploaded = uploaded => uploaded with { OsHashValue = new string('0', 128) };
        await Assert.ThrowsAsync<DigestMismatchException>(() => ConvertAsync(image, "vdi", removeOriginal: true));
        await AssertUnchangedAsync(image, Qcow2);
    }

    [Theory]
    [InlineData("EVIL", "raw")]
    [InlineData("qcow2:a lie", "raw")]
    [InlineData("a lie", "qcow2")]
    [InlineData("qcow2:EVIL", "qcow2")]
    public async Task What_is_unsafe_or_not_what_its_record_says_is_not_converted(string content, string claim)
    {
        _world.Service.ReplacesData = true;
        ServiceImage image = await _world.AddAsync(Encoding.ASCII.GetBytes(content), claim);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => ConvertAsync(image, "vdi"));
        Assert.Empty(_world.Converter.Requests);
        await AssertUnchangedAsync(image, Encoding.ASCII.GetBytes(content));
    }

    [Theory]
    [InlineData("qcow2", "qcow2", "already")]
    [InlineData("vhd", "vpc", "already")]
    [InlineData("iso", "raw", "ISO")]
    public async Task What_has_the_format_and_an_ISO_are_left_alone_with_a_word(string diskFormat, string wanted, string word)
    {
        ServiceImage image = await _world.AddAsync(Qcow2, diskFormat);
        ServiceImage same = await ConvertAsync(image, wanted);
        Assert.Equivalent(image, same);
        Assert.Contains(word, Assert.Single(_world.Log.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, _world.Service.Opened);
    }

    [Theory]
    [InlineData("ami", "ami")]
    [InlineData("aki", "aki")]
    [InlineData("raw", "docker")]
    [InlineData("vmdk", "ova")]
    public async Task What_holds_no_disk_is_refused_before_any_work(string diskFormat, string containerFormat)
    {
        ServiceImage image = await _world.AddAsync(Qcow2, diskFormat, containerFormat);
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => ConvertAsync(image, "vdi"));
        Assert.Equal(0, _world.Service.Opened);
    }

    [Theory]
    [InlineData("qcow2")]
    [InlineData("vdi")]
    public async Task A_compressed_container_is_unpacked_and_becomes_bare(string format)
    {
        _world.Service.ReplacesData = true;
        ServiceImage image = await _world.AddAsync(MadeGzip.Of(Qcow2), "qcow2", "compressed");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => ConvertAsync(image, format));
        _world.Options = _world.Options with { AllowCompressionOnUpload = true };
        ServiceImage converted = await ConvertAsync(image, format);
        Assert.Equal((format, "bare"), (converted.DiskFormat, converted.ContainerFormat));
        Assert.StartsWith(format + ":", Encoding.ASCII.GetString(await _world.DataOfAsync(image.ImageId)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_work_is_done_in_the_folder_for_it()
    {
        string folder = _world.OutFile("work");
        _world.Options = _world.Options with { TaskWorkDirectory = folder };
        _world.Service.ReplacesData = true;
        ServiceImage image = await _world.AddAsync(Qcow2, "qcow2");
        await ConvertAsync(image, "vdi");
        Assert.StartsWith(folder, Assert.Single(_world.Converter.Requests).SourcePath, StringComparison.Ordinal);
        Assert.StartsWith(folder, _world.Converter.Requests[0].DestinationPath, StringComparison.Ordinal);
        Assert.Equal("qcow2", _world.Converter.Requests[0].SourceFormat);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_queued_image_and_a_format_that_no_service_knows_are_refused()
    {
        ServiceImage queued = await _world.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ConvertAsync(queued, "vdi"));
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => ConvertAsync(queued, "luks"));
    }

    private Task<ServiceImage> ConvertAsync(ServiceImage image, string format, bool removeOriginal = false) =>
        new ServiceImageConverter(_world.Context, _world.Service, _world.Converter).ConvertAsync(
            new ServiceImageConversionRequest { ImageId = image.ImageId, OutputFormat = format, RemoveOriginal = removeOriginal }, Token);

    private async Task<ServiceImage> AddRichAsync()
    {
        var definition = new NewServiceImage
        {
            Name = "rich",
            DiskFormat = "qcow2",
            MinDisk = 3,
            MinRam = 64,
            Visibility = "public",
            Protected = true,
            Tags = ["a", "b"],
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["os_distro"] = "debian", ["img_signature"] = "s", ["img_signature_key_type"] = "RSA-PSS" },
        };
        ServiceImage image = await _world.Service.CreateAsync(definition, Token);
        return await _world.Service.UploadAsync(image.ImageId, new MemoryStream(Qcow2), ImageUploadOptions.Default, Token);
    }

    private async Task AssertUnchangedAsync(ServiceImage image, byte[] data)
    {
        Assert.Equivalent(image, Assert.Single(await _world.ListAsync()));
        Assert.Equal(data, await _world.DataOfAsync(image.ImageId));
        Assert.Empty(_world.Leftovers());
    }
}
