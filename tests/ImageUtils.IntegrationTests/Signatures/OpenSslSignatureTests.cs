using System.Diagnostics;
using System.Text.Json;
using ImageUtils.Configuration;
using ImageUtils.IntegrationTests.Documentation;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;
using ImageUtils.Services.Local;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.IntegrationTests.Signatures;

/// <summary>Signatures that openssl made, verified here and by cursive, which cinder verifies with.</summary>
public sealed class OpenSslSignatureTests : IDisposable
{
    private const string CertificateId = "7f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e";
    private const string Python = "/usr/bin/python3";

    private readonly Workshop _workshop = new();
    private readonly string _data;

    public OpenSslSignatureTests()
    {
        _data = _workshop.File("data");
        File.WriteAllBytes(_data, [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 7))]);
    }

    public static TheoryData<string> KeyTypes => [.. SignatureVocabulary.KeyTypes];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task What_openssl_signs_is_verified_here_and_by_cursive(string keyType)
    {
        OpenSslKey.Require();
        OpenSslKey key = await OpenSslKey.MakeAsync(_workshop.Folder, keyType);
        string other = _workshop.File("other");
        File.WriteAllBytes(other, [.. await File.ReadAllBytesAsync(_data, Token), (byte)'x']);
        var cases = new List<SignatureCase>();
        foreach (string hashMethod in SignatureVocabulary.HashMethods)
        {
            var good = new SignatureCase(key.CertificatePath, _data, keyType, hashMethod, await key.SignAsync(_data, hashMethod));
            cases.AddRange([good, good with { Data = other }, good with { HashMethod = string.Equals(hashMethod, "SHA-224", StringComparison.Ordinal) ? "SHA-512" : "SHA-224" }]);
        }

        string[] here = await VerifyAsync(cases);
        Assert.Equal(["valid", "refused", "refused", "valid", "refused", "refused", "valid", "refused", "refused", "valid", "refused", "refused"], here);
        await RequireSameAsync(here, cases);
    }

    [Fact]
    public async Task Odd_signatures_are_taken_and_refused_as_by_cursive()
    {
        OpenSslKey.Require();
        OpenSslKey rsa = await OpenSslKey.MakeAsync(_workshop.Folder, "RSA-PSS");
        OpenSslKey curve = await OpenSslKey.MakeAsync(_workshop.Folder, "ECC_SECP384R1");
        OpenSslKey stranger = await OpenSslKey.MakeAsync(_workshop.Folder, "ECC_SECP521R1");
        string signed = await rsa.SignAsync(_data, "SHA-256");
        string pair = await curve.SignAsync(_data, "SHA-256");
        SignatureCase[] cases =
        [
            new(rsa.CertificatePath, _data, "RSA-PSS", "SHA-256", await rsa.SignAsync(_data, "SHA-256", "digest")),
            new(rsa.CertificatePath, _data, "RSA-PSS", "SHA-256", await rsa.SignAsync(_data, "SHA-256", "0")),
            new(rsa.CertificatePath, _data, "RSA-PSS", "SHA-256", signed.Insert(64, "\n")),
            new(rsa.CertificatePath, _data, "DSA", "SHA-256", signed),
            new(rsa.CertificatePath, _data, "RSA", "SHA-256", signed),
            new(rsa.CertificatePath, _data, "RSA-PSS", "SHA-1", signed),
            new(rsa.CertificatePath, _data, "RSA-PSS", "SHA-256", Convert.ToBase64String(Convert.FromBase64String(signed)[1..])),
            new(curve.CertificatePath, _data, "RSA-PSS", "SHA-256", pair),
            new(stranger.CertificatePath, _data, "ECC_SECP521R1", "SHA-256", pair),
            new(curve.CertificatePath, _data, "ECC_SECP521R1", "SHA-256", pair),
            new(curve.CertificatePath, _data, "ECC_SECP384R1", "SHA-256", Convert.ToBase64String([.. Convert.FromBase64String(pair), 0])),
        ];
        string[] here = await VerifyAsync(cases);
        Assert.Equal(["refused", "refused", "valid", "refused", "refused", "refused", "refused", "refused", "refused", "valid", "refused"], here);
        await RequireSameAsync(here, cases);
    }

    // On purpose: cursive asks neither for dates nor for the strength of a curve.
    [Fact]
    public async Task Weak_curves_are_refused_where_cursive_takes_them()
    {
        OpenSslKey.Require();
        OpenSslKey weak = await OpenSslKey.MakeAsync(_workshop.Folder, "ECC_SECP384R1", "prime256v1");
        SignatureCase[] cases = [new(weak.CertificatePath, _data, weak.KeyType, "SHA-256", await weak.SignAsync(_data, "SHA-256"))];
        Assert.Equal(["refused"], await VerifyAsync(cases));
        await RequireSameAsync(["valid"], cases);
    }

    private async Task<string[]> VerifyAsync(IReadOnlyList<SignatureCase> cases)
    {
        var answers = new List<string>();
        string certificates = _workshop.File("certificates");
        Directory.CreateDirectory(certificates);
        var service = new LocalImageService(_workshop.File("images")) { CertificateDirectory = certificates };
        foreach (SignatureCase one in cases)
        {
            File.Copy(one.Certificate, Path.Combine(certificates, CertificateId), overwrite: true);
            ServiceImage image = await service.CreateAsync(
                new NewServiceImage
                {
                    DiskFormat = "raw",
                    ContainerFormat = "bare",
                    Properties = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        [SignatureProperties.SignatureName] = one.Signature,
                        [SignatureProperties.HashMethodName] = one.HashMethod,
                        [SignatureProperties.KeyTypeName] = one.KeyType,
                        [SignatureProperties.CertificateIdName] = CertificateId,
                    },
                },
                Token);
            ImageSignatureResult result = await new ImageSignatureTester(_workshop.Context, service).TestAsync(new SignatureTestRequest { ImageId = image.ImageId, Path = one.Data }, Token);
            answers.Add(result.IsValid ? "valid" : "refused");
        }

        return [.. answers];
    }

    private static async Task RequireSameAsync(string[] expected, IReadOnlyList<SignatureCase> cases)
    {
        string script = Path.Combine(CompatibilityPage.Root, "tests", "Services", "verify_signatures.py");
        if (!File.Exists(Python) || await RunAsync(["-c", "import cursive.signature_utils"], []) is null)
        {
            TestContext.Current.AddWarning("python3-cursive is not installed: not compared.");
            return;
        }

        string? answers = await RunAsync([script], cases.Select(one => JsonSerializer.Serialize(one, JsonSerializerOptions.Web)));
        Assert.NotNull(answers);

        // What makes cursive fall over is refused as well.
        Assert.Equal(expected, answers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(answer => answer.StartsWith("failed", StringComparison.Ordinal) ? "refused" : answer));
    }

    private static async Task<string?> RunAsync(string[] words, IEnumerable<string> lines)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        foreach (string line in lines)
        {
            await process.StandardInput.WriteLineAsync(line);
        }

        process.StandardInput.Close();
        await process.WaitForExitAsync();
        await error;
        return process.ExitCode == 0 ? await output : null;
    }
}
