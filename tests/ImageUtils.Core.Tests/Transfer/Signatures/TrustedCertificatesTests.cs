using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Core.Tests.Transfer.Signatures;

/// <summary>Whose certificates count where a list of trusted ones is set.</summary>
public sealed class TrustedCertificatesTests : IDisposable
{
    private readonly SignatureRoom _room = new();
    private readonly Signer _root = Signer.Make("ECC_SECP384R1", isAuthority: true, name: "CN=root");
    private readonly Signer _between;
    private readonly Signer _signer;

    public TrustedCertificatesTests()
    {
        _between = Signer.Make("ECC_SECP384R1", issuer: _root, isAuthority: true, name: "CN=between");
        _signer = Signer.Make("ECC_SECP384R1", issuer: _between);
        _room.Options(options => options with { TrustedCertificates = _room.Trusted });
    }

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task A_certificate_of_the_list_is_trusted()
    {
        Trust(_signer);
        await VerifyAsync(_signer);
    }

    [Fact]
    public async Task An_authority_stands_behind_what_it_issued()
    {
        Trust(_root, _between);
        await VerifyAsync(_signer);
    }

    [Fact]
    public async Task An_authority_counts_also_without_its_own_issuer()
    {
        Trust(_between);
        await VerifyAsync(_signer);
    }

    [Fact]
    public async Task A_list_may_be_one_file()
    {
        string bundle = _room.File("bundle.pem");
        await File.WriteAllTextAsync(bundle, _root.Pem + _between.Pem, SignatureRoom.Token);
        _room.Options(options => options with { TrustedCertificates = bundle });
        await VerifyAsync(_signer);
        await File.WriteAllBytesAsync(bundle, _between.Der, SignatureRoom.Token);
        await VerifyAsync(_signer);
    }

    [Fact]
    public async Task A_root_without_what_stands_between_is_not_enough()
    {
        Trust(_root);
        await RefusedAsync(_signer);
    }

    [Fact]
    public async Task Somebody_elses_certificate_is_refused()
    {
        Trust(_root, _between);
        await RefusedAsync(Signer.Make("ECC_SECP384R1"));
        await RefusedAsync(Signer.Make("RSA-PSS", issuer: Signer.Make("RSA-PSS", isAuthority: true, name: "CN=other")));
    }

    [Fact]
    public async Task An_authority_of_the_same_name_is_another_one()
    {
        Trust(_root, _between);
        await RefusedAsync(Signer.Make("ECC_SECP384R1", issuer: Signer.Make("ECC_SECP384R1", isAuthority: true, name: "CN=between")));
        Trust(_between);
        await RefusedAsync(Signer.Make("ECC_SECP384R1", issuer: Signer.Make("ECC_SECP384R1", issuer: _root, isAuthority: true, name: "CN=between")));
    }

    [Fact]
    public async Task A_signer_is_no_authority()
    {
        Trust(_signer, _between, _root);
        await RefusedAsync(Signer.Make("ECC_SECP384R1", issuer: _signer, name: "CN=below"));
    }

    [Fact]
    public async Task An_authority_that_ran_out_stands_behind_nobody()
    {
        Signer old = Signer.Make("ECC_SECP384R1", DateTime.UtcNow.AddDays(-9), DateTime.UtcNow.AddDays(-1), isAuthority: true, name: "CN=old");
        Trust(old);
        await RefusedAsync(Signer.Make("ECC_SECP384R1", issuer: old));
    }

    [Fact]
    public async Task A_list_that_trusts_nobody_is_a_mistake()
    {
        await Assert.ThrowsAsync<InvalidOptionException>(() => VerifyAsync(_signer));
        await File.WriteAllTextAsync(Path.Combine(_room.Trusted, "README"), "nothing", SignatureRoom.Token);
        await Assert.ThrowsAsync<InvalidOptionException>(() => VerifyAsync(_signer));
        Assert.Contains(_room.World.Log.Warnings, warning => warning.Contains("README", StringComparison.Ordinal));
        _room.Options(options => options with { TrustedCertificates = _room.File("none") });
        await Assert.ThrowsAsync<InvalidOptionException>(() => VerifyAsync(_signer));
    }

    private void Trust(params Signer[] signers)
    {
        foreach (string file in Directory.GetFiles(_room.Trusted))
        {
            File.Delete(file);
        }

        for (int i = 0; i < signers.Length; i++)
        {
            File.WriteAllText(Path.Combine(_room.Trusted, FormattableString.Invariant($"{i}.pem")), signers[i].Pem);
        }
    }

    private Task VerifyAsync(Signer signer)
    {
        _room.Keep(signer);
        return _room.VerifyAsync(signer.Properties(SignatureRoom.Content, SignatureRoom.CertificateId), SignatureRoom.Content);
    }

    private async Task RefusedAsync(Signer signer) => Assert.Contains("cannot be used", (await Assert.ThrowsAsync<SignatureInvalidException>(() => VerifyAsync(signer))).Reason, StringComparison.Ordinal);
}
