using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Core.Tests.Transfer.Signatures;

/// <summary>The question alone, without a fetch: an answer is never an error, and no file goes.</summary>
public sealed class ImageSignatureTesterTests : IDisposable
{
    private static readonly Lazy<Signer> Owner = new(() => Signer.Make("ECC_SECP384R1", name: "CN=owner"));

    private readonly SignatureRoom _room = new();

    private static CancellationToken Token => SignatureRoom.Token;

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task A_good_signature_is_said_with_what_it_is_made_of()
    {
        ServiceImage image = await _room.AddSignedAsync(Owner.Value);
        ImageSignatureResult result = await TestAsync(image, SignatureRoom.Content);
        Assert.Equal((true, true, null), (result.IsSigned, result.IsValid, result.Reason));
        Assert.Equal(("ECC_SECP384R1", "SHA-256", SignatureRoom.CertificateId, "CN=owner"), (result.KeyType, result.HashMethod, result.CertificateId, result.CertificateSubject));
        Assert.Equal((image.ImageId, _room.File("data")), (result.SourceImageId, result.Path));
        Assert.Equal(DateTimeKind.Utc, result.CertificateExpiresAt!.Value.Kind);
        Assert.Equal(0, _room.World.Service.Opened);
    }

    [Fact]
    public async Task Without_a_file_the_services_own_data_are_read()
    {
        ImageSignatureResult result = await Tester.TestAsync(new SignatureTestRequest { ImageId = (await _room.AddSignedAsync(Owner.Value)).ImageId }, Token);
        Assert.True(result.IsValid);
        Assert.Null(result.Path);
        Assert.Equal(1, _room.World.Service.Opened);
        Assert.Empty(_room.World.Leftovers());
    }

    [Fact]
    public async Task A_changed_file_is_not_valid_and_stays()
    {
        ServiceImage image = await _room.AddSignedAsync(Owner.Value);
        ImageSignatureResult result = await TestAsync(image, [.. SignatureRoom.Content, (byte)'x']);
        Assert.Equal((true, false), (result.IsSigned, result.IsValid));
        Assert.Contains("not that of these data", result.Reason, StringComparison.Ordinal);
        Assert.Equal(SignatureRoom.Content.Length + 1, new FileInfo(_room.File("data")).Length);
    }

    [Fact]
    public async Task An_image_without_a_signature_is_not_signed()
    {
        ImageSignatureResult result = await TestAsync(await _room.World.AddAsync(SignatureRoom.Content), SignatureRoom.Content);
        Assert.Equal((false, false), (result.IsSigned, result.IsValid));
        Assert.NotNull(result.Reason);
    }

    [Fact]
    public async Task Half_a_signature_is_not_valid()
    {
        Dictionary<string, string> properties = Owner.Value.Properties(SignatureRoom.Content, SignatureRoom.CertificateId);
        properties.Remove(SignatureProperties.CertificateIdName);
        ImageSignatureResult result = await TestAsync(await _room.AddAsync(properties), SignatureRoom.Content);
        Assert.Equal((true, false, "SHA-256", null), (result.IsSigned, result.IsValid, result.HashMethod, result.CertificateId));
        Assert.Contains(SignatureProperties.CertificateIdName, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_may_be_given()
    {
        ServiceImage image = await _room.AddAsync(Owner.Value.Properties(SignatureRoom.Content, SignatureRoom.CertificateId));
        Assert.False((await TestAsync(image, SignatureRoom.Content)).IsValid);
        await File.WriteAllTextAsync(_room.File("mine.pem"), Owner.Value.Pem, Token);
        Assert.True((await TestAsync(image, SignatureRoom.Content, _room.File("mine.pem"))).IsValid);
    }

    [Fact]
    public async Task The_folder_of_a_connection_comes_before_that_of_the_options()
    {
        ServiceImage image = await _room.AddSignedAsync(Owner.Value);
        _room.Options(options => options with { CertificateDirectory = _room.File("none") });
        var service = new ImageUtils.Services.Local.LocalImageService(_room.World.Options.LocalImageDirectory) { CertificateDirectory = _room.Certificates };
        Assert.True((await new ImageSignatureTester(_room.World.Context, service).TestAsync(new SignatureTestRequest { ImageId = image.ImageId }, Token)).IsValid);
        Assert.False((await Tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId }, Token)).IsValid);
    }

    [Fact]
    public async Task What_could_not_be_read_is_an_error_and_no_answer()
    {
        ServiceImage image = await _room.AddSignedAsync(Owner.Value);
        await Assert.ThrowsAsync<PathNotFoundException>(() => Tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId, Path = _room.File("none") }, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => Tester.TestAsync(new SignatureTestRequest { ImageId = Guid.NewGuid().ToString() }, Token));
        _room.World.Service.OnOpen = _ => new MemoryStream(SignatureRoom.Content[..^9]);
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => Tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId }, Token));
        _room.World.Service.OnOpen = _ => throw new IOException("broken");
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => Tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId }, Token));
    }

    private ImageSignatureTester Tester => new(_room.World.Context, _room.World.Service);

    private async Task<ImageSignatureResult> TestAsync(ServiceImage image, byte[] data, string? certificate = null)
    {
        await File.WriteAllBytesAsync(_room.File("data"), data, Token);
        return await Tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId, Path = _room.File("data"), CertificatePath = certificate }, Token);
    }
}
