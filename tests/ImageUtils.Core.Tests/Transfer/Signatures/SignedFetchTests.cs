using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Transfer;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Core.Tests.Transfer.Signatures;

/// <summary>Fetches that verify a signature on the way, by option and by parameter.</summary>
public sealed class SignedFetchTests : IDisposable
{
    private static readonly Lazy<Signer> Owner = new(() => Signer.Make("ECC_SECP521R1"));

    private readonly SignatureRoom _room = new();

    private static CancellationToken Token => SignatureRoom.Token;

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task A_signed_image_is_verified_as_it_comes()
    {
        ServiceImage image = await _room.AddSignedAsync(Owner.Value);
        ImageFetchResult result = await FetchAsync(image);
        Assert.True(result.IsSignatureVerified);
        Assert.Equal(SignatureRoom.Content, await File.ReadAllBytesAsync(result.Path, Token));
        Assert.Equal(1, _room.World.Service.Opened);
    }

    [Fact]
    public async Task A_wrong_signature_leaves_nothing_and_what_was_there_stays()
    {
        ServiceImage image = await _room.AddSignedAsync(Owner.Value, signed: [1, 2, 3]);
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(image));
        Assert.Empty(_room.World.Leftovers());
        await File.WriteAllTextAsync(_room.World.OutFile("disk"), "precious", Token);
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(image, request => request with { Force = true }));
        Assert.Equal("precious", await File.ReadAllTextAsync(_room.World.OutFile("disk"), Token));
        Assert.Equal([_room.World.OutFile("disk")], _room.World.Leftovers());
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_is_found_out_before_the_download()
    {
        ServiceImage image = await _room.AddAsync(Owner.Value.Properties(SignatureRoom.Content, SignatureRoom.CertificateId));
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(image));
        _room.Options(options => options with { CertificateDirectory = null });
        SignatureInvalidException e = await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(image));
        Assert.Contains("-CertificateDirectory", e.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(0, _room.World.Service.Opened);
        Assert.Empty(_room.World.Leftovers());
    }

    [Fact]
    public async Task Half_a_signature_is_refused_before_the_download()
    {
        Dictionary<string, string> properties = Owner.Value.Properties(SignatureRoom.Content, SignatureRoom.CertificateId);
        properties.Remove(SignatureProperties.SignatureName);
        ServiceImage image = await _room.AddAsync(properties);
        await Assert.ThrowsAsync<SignatureIncompleteException>(() => FetchAsync(image));
        await Assert.ThrowsAsync<SignatureIncompleteException>(() => FetchVolumeAsync(image));
        await Assert.ThrowsAsync<SignatureIncompleteException>(() => new TemporaryImages(_room.World.Context, _room.World.Service).OpenAsync(image.ImageId, Token));
        Assert.Equal(0, _room.World.Service.Opened);
    }

    [Fact]
    public async Task An_unsigned_image_comes_unverified_unless_a_signature_is_required()
    {
        ServiceImage image = await _room.World.AddAsync(SignatureRoom.Content);
        Assert.False((await FetchAsync(image)).IsSignatureVerified);
        SignatureMissingException e = await Assert.ThrowsAsync<SignatureMissingException>(() => FetchAsync(image, request => request with { RequireSignature = true, Force = true }));
        Assert.Equal(("SignatureMissing", ErrorKind.SecurityError), (e.ErrorId, e.Kind));
        await Assert.ThrowsAsync<SignatureMissingException>(() => FetchVolumeAsync(image, isRequired: true));
        Assert.Equal(1, _room.World.Service.Opened);
    }

    [Fact]
    public async Task The_option_says_whether_signatures_are_looked_at()
    {
        _room.Options(options => options with { VerifySignatures = false });
        ServiceImage wrong = await _room.AddSignedAsync(Owner.Value, signed: [1]);
        Assert.False((await FetchAsync(wrong)).IsSignatureVerified);
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(wrong, request => request with { RequireSignature = true, Force = true }));
        ServiceImage right = await _room.AddSignedAsync(Owner.Value);
        Assert.True((await FetchAsync(right, request => request with { RequireSignature = true, Force = true })).IsSignatureVerified);
        Dictionary<string, string> half = new(StringComparer.Ordinal) { [SignatureProperties.KeyTypeName] = "DSA" };
        Assert.False((await FetchAsync(await _room.AddAsync(half), request => request with { Force = true })).IsSignatureVerified);
    }

    [Fact]
    public async Task A_volume_is_made_of_verified_data_only()
    {
        ServiceImage right = await _room.AddSignedAsync(Owner.Value);
        Assert.True((await FetchVolumeAsync(right)).IsSignatureVerified);
        ServiceImage wrong = await _room.AddSignedAsync(Owner.Value, signed: [1]);
        int converted = _room.World.Converter.Requests.Count;
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchVolumeAsync(wrong));
        Assert.Equal(converted, _room.World.Converter.Requests.Count);
    }

    [Fact]
    public async Task A_temporary_image_is_verified_too_also_where_somebody_has_it_already()
    {
        ServiceImage wrong = await _room.AddSignedAsync(Owner.Value, signed: [1]);
        await Assert.ThrowsAsync<SignatureInvalidException>(() => OpenAsync(wrong));
        Assert.Empty(_room.World.Leftovers());

        _room.Options(options => options with { VerifySignatures = false });
        using TemporaryImage careless = await OpenAsync(wrong);
        _room.Options(options => options with { VerifySignatures = true });
        await Assert.ThrowsAsync<SignatureInvalidException>(() => OpenAsync(wrong));
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchAsync(wrong));
        await Assert.ThrowsAsync<SignatureInvalidException>(() => FetchVolumeAsync(wrong));
        Assert.Equal(2, _room.World.Service.Opened);
    }

    private Task<TemporaryImage> OpenAsync(ServiceImage image) => new TemporaryImages(_room.World.Context, _room.World.Service).OpenAsync(image.ImageId, Token);

    private Task<ImageFetchResult> FetchAsync(ServiceImage image, Func<FetchRequest, FetchRequest>? change = null)
    {
        var request = new FetchRequest { ImageId = image.ImageId, DestinationPath = _room.World.OutFile("disk") };
        return new ImageFetcher(_room.World.Context, _room.World.Service).FetchAsync(change?.Invoke(request) ?? request, Token);
    }

    private Task<ImageConversionResult> FetchVolumeAsync(ServiceImage image, bool isRequired = false) =>
        new VolumeFetcher(_room.World.Context, _room.World.Service, _room.World.Converter).FetchAsync(
            new VolumeFetchRequest { ImageId = image.ImageId, DestinationPath = _room.World.OutFile("volume"), OutputFormat = DiskFormat.Qcow2, RequireSignature = isRequired, Force = true }, Token);
}
