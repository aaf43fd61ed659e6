using System.Text.Json;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Cli;
using ImageUtils.IntegrationTests.Signatures;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Transfer;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>Images that a real Glance took as signed, with certificates in a real Barbican.</summary>
public sealed class RealSignatureTests(OpenStackServices openStack) : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("RSA-PSS", "SHA-256", "text/plain")]
    [InlineData("RSA-PSS", "SHA-224", "application/octet-stream")]
    [InlineData("ECC_SECP384R1", "SHA-512", "application/octet-stream")]
    public async Task What_Glance_took_as_signed_is_verified_on_the_way_back(string keyType, string hashMethod, string mediaType)
    {
        OpenSslKey.Require();
        using GlanceImageService service = await openStack.ConnectAsync();
        string data = _workshop.MakeDisk("data", 3 << 20);
        OpenSslKey key = await OpenSslKey.MakeAsync(_workshop.Folder, keyType);
        Dictionary<string, string> properties = await PropertiesAsync(service, key, data, hashMethod, mediaType);

        // Glance itself falls over certificates that were stored as text; we do not.
        bool isText = string.Equals(mediaType, "text/plain", StringComparison.Ordinal);
        ServiceImage image = await UploadAsync(service, isText ? [] : properties, data);
        image = isText ? await service.UpdateAsync(image.ImageId, new ImageChanges { Properties = properties }, Token) : image;

        ImageFetchResult fetched = await FetchAsync(service, image, "fetched");
        Assert.True(fetched.IsSignatureVerified);
        Assert.Equal(Workshop.Sha256(data), Workshop.Sha256(fetched.Path));

        var tester = new ImageSignatureTester(_workshop.Context, service);
        Assert.True((await tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId }, Token)).IsValid);
        Assert.True((await tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId, Path = fetched.Path }, Token)).IsValid);
        await File.AppendAllTextAsync(fetched.Path, "x", Token);
        ImageSignatureResult changed = await tester.TestAsync(new SignatureTestRequest { ImageId = image.ImageId, Path = fetched.Path }, Token);
        Assert.Equal((true, false), (changed.IsSigned, changed.IsValid));
        Assert.True(File.Exists(fetched.Path));

        if (File.Exists("/usr/bin/qemu-img"))
        {
            ImageConversionResult volume = await new VolumeFetcher(_workshop.Context, service, _workshop.Converter).FetchAsync(
                new VolumeFetchRequest { ImageId = image.ImageId, DestinationPath = _workshop.File("volume"), OutputFormat = DiskFormat.Qcow2, RequireSignature = true }, Token);
            Assert.True(volume.IsSignatureVerified);
        }

        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task A_signature_that_Glance_never_saw_is_refused_here()
    {
        OpenSslKey.Require();
        using GlanceImageService service = await openStack.ConnectAsync();
        string data = _workshop.MakeDisk("data", 1 << 20);
        string other = _workshop.MakeDisk("other", 2 << 20);
        OpenSslKey key = await OpenSslKey.MakeAsync(_workshop.Folder, "RSA-PSS");
        ServiceImage image = await UploadAsync(service, new Dictionary<string, string>(StringComparer.Ordinal), data);
        await Assert.ThrowsAsync<SignatureMissingException>(() => FetchAsync(service, image, "unsigned"));

        // The properties may be changed after the upload, and Glance does not look again.
        Dictionary<string, string> properties = await PropertiesAsync(service, key, other, "SHA-256", "application/octet-stream");
        await service.UpdateAsync(image.ImageId, new ImageChanges { Properties = properties }, Token);
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(service, image, "wrong"));
        Assert.False(File.Exists(_workshop.File("wrong")));

        await service.UpdateAsync(image.ImageId, new ImageChanges { RemoveProperties = [SignatureProperties.SignatureName] }, Token);
        await Assert.ThrowsAsync<SignatureIncompleteException>(() => FetchAsync(service, image, "half"));

        properties[SignatureProperties.CertificateIdName] = Guid.NewGuid().ToString();
        await service.UpdateAsync(image.ImageId, new ImageChanges { Properties = properties }, Token);
        SignatureInvalidException e = await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(service, image, "nobody"));
        Assert.Contains("is not in the key manager", e.Reason, StringComparison.Ordinal);
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task A_secret_of_another_project_and_a_passphrase_are_no_certificates()
    {
        OpenSslKey.Require();
        using GlanceImageService demo = await openStack.ConnectAsync();
        using GlanceImageService other = await openStack.ConnectAsync("other");
        OpenSslKey key = await OpenSslKey.MakeAsync(_workshop.Folder, "RSA-PSS");
        string certificate = await StoreAsync(demo, await File.ReadAllBytesAsync(key.CertificatePath, Token), "application/octet-stream", "certificate");
        Assert.NotNull(await demo.KeyManager.FindAsync(certificate, Token));
        await Assert.ThrowsAsync<NotAuthorizedException>(() => other.KeyManager.FindAsync(certificate, Token));
        Assert.Null(await demo.KeyManager.FindAsync(await StoreAsync(demo, "secret"u8.ToArray(), "text/plain", "passphrase"), Token));
        Assert.Null(await demo.KeyManager.FindAsync(Guid.NewGuid().ToString(), Token));
    }

    [Fact]
    public async Task The_command_line_verifies_too()
    {
        OpenSslKey.Require();
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectAsync();
        string data = _workshop.MakeDisk("data", 1 << 20);
        OpenSslKey key = await OpenSslKey.MakeAsync(_workshop.Folder, "ECC_SECP521R1");
        Dictionary<string, string> properties = await PropertiesAsync(service, key, data, "SHA-384", "application/octet-stream");
        ServiceImage image = await UploadAsync(service, properties, data);
        await File.WriteAllTextAsync(_workshop.File("token"), (await service.Connection.Tokens.GetAsync(Token))!.Reveal(), Token);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_workshop.File("token"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        string[] named = ["--endpoint", state.Image, "--token-file", "token", "--key-manager-endpoint", state.Keys, "--json"];

        CommandLine fetched = await CommandLine.RunAsync(_workshop.Folder, ["fetch", image.ImageId, "back", "--require-signature", .. named]);
        Assert.True(fetched.ExitCode == 0, fetched.Error);
        Assert.True(fetched.Objects[0].GetProperty("isSignatureVerified").GetBoolean());

        CommandLine good = await CommandLine.RunAsync(_workshop.Folder, ["verify-signature", image.ImageId, "back", .. named]);
        Assert.True(good.ExitCode == 0, good.Error);
        Assert.True(good.Objects[0].GetProperty("isValid").GetBoolean());

        await File.AppendAllTextAsync(_workshop.File("back"), "x", Token);
        CommandLine bad = await CommandLine.RunAsync(_workshop.Folder, ["verify-signature", image.ImageId, "back", .. named]);
        Assert.Equal(1, bad.ExitCode);
        Assert.Single(bad.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(bad.Objects[0].GetProperty("isValid").GetBoolean());

        Directory.CreateDirectory(_workshop.File("certificates"));
        File.Copy(key.CertificatePath, Path.Combine(_workshop.File("certificates"), properties[SignatureProperties.CertificateIdName] + ".pem"));
        CommandLine streamed = await CommandLine.RunAsync(_workshop.Folder, ["verify-signature", image.ImageId, "--endpoint", state.Image, "--token-file", "token", "--certificate-directory", "certificates"]);
        Assert.True(streamed.ExitCode == 0, streamed.Error);
        await service.DeleteAsync(image.ImageId, Token);
    }

    private static async Task<ServiceImage> UploadAsync(GlanceImageService service, Dictionary<string, string> properties, string path)
    {
        ServiceImage image = await service.CreateAsync(new NewServiceImage { Name = "signed", DiskFormat = "raw", ContainerFormat = "bare", Properties = properties }, Token);
        await using FileStream data = File.OpenRead(path);
        return await service.UploadAsync(image.ImageId, data, ImageUploadOptions.Default, Token);
    }

    private Task<ImageFetchResult> FetchAsync(GlanceImageService service, ServiceImage image, string name) => new ImageFetcher(_workshop.Context, service).FetchAsync(
        new FetchRequest { ImageId = image.ImageId, DestinationPath = _workshop.File(name), RequireSignature = true }, Token);

    private static async Task<Dictionary<string, string>> PropertiesAsync(GlanceImageService service, OpenSslKey key, string data, string hashMethod, string mediaType) => new(StringComparer.Ordinal)
    {
        [SignatureProperties.SignatureName] = await key.SignAsync(data, hashMethod),
        [SignatureProperties.HashMethodName] = hashMethod,
        [SignatureProperties.KeyTypeName] = key.KeyType,
        [SignatureProperties.CertificateIdName] = await StoreAsync(service, await File.ReadAllBytesAsync(key.CertificatePath, Token), mediaType, "certificate"),
    };

    /// <summary>Puts a secret into Barbican; its id.</summary>
    private static async Task<string> StoreAsync(GlanceImageService service, byte[] content, string mediaType, string kind)
    {
        bool isText = string.Equals(mediaType, "text/plain", StringComparison.Ordinal);
        var secret = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "made by a test",
            ["secret_type"] = kind,
            ["payload"] = isText ? System.Text.Encoding.ASCII.GetString(content) : Convert.ToBase64String(content),
            ["payload_content_type"] = mediaType,
        };
        if (!isText)
        {
            secret["payload_content_encoding"] = "base64";
        }

        ServiceRequest request = ServiceRequest.Json(HttpMethod.Post, "secrets", JsonSerializer.SerializeToUtf8Bytes(secret));
        byte[] body = await service.Connection.CreateClient("key-manager", "key manager", 1, []).SendAsync(request, answer => answer.ReadAsync(10_000), Token);
        using JsonDocument document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("secret_ref").GetString()!.Split('/')[^1];
    }
}
