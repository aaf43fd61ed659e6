using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.KeyManager;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Core.Tests.Transfer.Signatures;

/// <summary>A local image service beside a folder of certificates, and signed images in it.</summary>
public sealed class SignatureRoom : IDisposable
{
    public const string CertificateId = "6f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e";

    private readonly TemporaryFolder _folder = new();

    public SignatureRoom()
    {
        Directory.CreateDirectory(Certificates);
        Directory.CreateDirectory(Trusted);
        World.Options = World.Options with { CertificateDirectory = Certificates };
    }

    public static byte[] Content { get; } = FaultyStream.Pattern(1_500_001);

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public TransferWorld World { get; } = new();

    public string Certificates => _folder.File("certificates");

    public string Trusted => _folder.File("trusted");

    public string File(string name) => _folder.File(name);

    public void Options(Func<ImageUtilsOptions, ImageUtilsOptions> change) => World.Options = change(World.Options);

    /// <summary>Puts a certificate where it is looked for.</summary>
    public void Keep(Signer signer, string ending = ".pem") => System.IO.File.WriteAllText(Path.Combine(Certificates, CertificateId + ending), signer.Pem);

    /// <summary>An image with the properties of a signature.</summary>
    public async Task<ServiceImage> AddAsync(IReadOnlyDictionary<string, string> properties, byte[]? content = null)
    {
        ServiceImage image = await World.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw", ContainerFormat = "bare", Properties = properties }, Token);
        return await World.Service.UploadAsync(image.ImageId, new MemoryStream(content ?? Content), ImageUploadOptions.Default, Token);
    }

    /// <summary>An image that somebody signed whose certificate is there.</summary>
    public Task<ServiceImage> AddSignedAsync(Signer signer, byte[]? signed = null)
    {
        Keep(signer);
        return AddAsync(signer.Properties(signed ?? Content, CertificateId));
    }

    /// <summary>Why a signature does not count.</summary>
    public Task<SignatureInvalidException> RefusedAsync(IReadOnlyDictionary<string, string> properties, DateTime? now = null, ICertificateSource? source = null) =>
        Assert.ThrowsAsync<SignatureInvalidException>(() => VerifyAsync(properties, Content, now, source));

    /// <summary>Holds a signature against data, without any service.</summary>
    public async Task VerifyAsync(IReadOnlyDictionary<string, string> properties, byte[] data, DateTime? now = null, ICertificateSource? source = null)
    {
        var image = new ServiceImage { ImageId = "image", Status = "active", Properties = properties };
        SignatureCheck check = await SignatureCheck.PrepareAsync(
            World.Context, SignatureProperties.Of(image)!, "image", source ?? new CertificateFolder(Certificates), now ?? DateTime.UtcNow, Token);
        await check.VerifyAsync(new MemoryStream(data), data.Length, World.Context, e => e, Token);
    }

    public void Dispose()
    {
        World.Dispose();
        _folder.Dispose();
    }
}
