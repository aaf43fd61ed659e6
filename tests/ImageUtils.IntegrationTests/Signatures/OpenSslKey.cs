using System.Diagnostics;

namespace ImageUtils.IntegrationTests.Signatures;

/// <summary>A key and its certificate, made by the openssl of this machine.</summary>
public sealed class OpenSslKey
{
    private readonly string _key;

    private OpenSslKey(string keyType, string key, string certificate)
    {
        KeyType = keyType;
        _key = key;
        CertificatePath = certificate;
    }

    public string KeyType { get; }

    public string CertificatePath { get; }

    private bool IsRsa => string.Equals(KeyType, "RSA-PSS", StringComparison.Ordinal);

    public static void Require() => Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed.");

    /// <summary>Makes a key.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="keyType">What an image calls it.</param>
    /// <param name="curve">openssl's name of the curve, where it is another one than the type's.</param>
    /// <param name="days">How long the certificate is valid.</param>
    public static async Task<OpenSslKey> MakeAsync(string folder, string keyType, string? curve = null, int days = 2)
    {
        string name = Path.Combine(folder, $"{keyType}-{curve}-{days}");
        string key = name + ".key";
        switch (keyType)
        {
            case "RSA-PSS":
                await RunAsync("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key);
                break;
            case "DSA":
                await RunAsync("genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024", "-out", name + ".group");
                await RunAsync("genpkey", "-paramfile", name + ".group", "-out", key);
                break;
            default:
                await RunAsync("ecparam", "-name", curve ?? keyType["ECC_".Length..].ToLowerInvariant(), "-genkey", "-noout", "-out", key);
                break;
        }

        await RunAsync("req", "-x509", "-key", key, "-out", name + ".pem", "-days", days.ToString(System.Globalization.CultureInfo.InvariantCulture), "-subj", "/CN=" + keyType);
        return new OpenSslKey(keyType, key, name + ".pem");
    }

    /// <summary>Signs a file; the signature in base64.</summary>
    public async Task<string> SignAsync(string path, string hashMethod, string salt = "max")
    {
        string signature = $"{_key}.{hashMethod}";
        string[] padding = IsRsa ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:" + salt] : [];
        await RunAsync(["dgst", "-" + hashMethod.Replace("-", string.Empty, StringComparison.Ordinal).ToLowerInvariant(), .. padding, "-sign", _key, "-out", signature, path]);
        return Convert.ToBase64String(await File.ReadAllBytesAsync(signature));
    }

    private static async Task RunAsync(params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/openssl", words) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        Assert.True(process.ExitCode == 0, string.Join(' ', words) + ": " + error);
    }
}
