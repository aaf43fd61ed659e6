using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Services.Http;

/// <summary>Reads certificates out of the files that users name.</summary>
internal static class CertificateFiles
{
    // The bundles of whole systems have about 200 KB.
    private const int LargestFile = 4 << 20;

    /// <summary>The authorities of a PEM file.</summary>
    /// <exception cref="InvalidOptionException">It has none, or cannot be read.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        Read("the CA file", path, () => authorities.ImportFromPem(ReadText(path)));
        return authorities.Count > 0 ? authorities : throw new InvalidOptionException("the CA file", path, "it holds no certificate in PEM form.");
    }

    /// <summary>A client's certificate with its key.</summary>
    /// <exception cref="InvalidOptionException">It cannot be used.</exception>
    public static X509Certificate2 ReadClient(string path, string? keyPath)
    {
        X509Certificate2? certificate = null;
        Read("the client certificate", path, () => certificate = IsPem(path)
            ? Usable(X509Certificate2.CreateFromPem(ReadText(path), ReadText(keyPath ?? path)))
            : X509CertificateLoader.LoadPkcs12(ReadBytes(path), password: null));
        return certificate!.HasPrivateKey ? certificate : throw new InvalidOptionException("the client certificate", path, "it comes without a private key.");
    }

    private static void Read(string what, string path, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new InvalidOptionException(what, path, e.Message, e);
        }
    }

    private static bool IsPem(string path) => ReadBytes(path).AsSpan().IndexOf("-----BEGIN "u8) >= 0;

    private static string ReadText(string path) => System.Text.Encoding.ASCII.GetString(ReadBytes(path));

    private static byte[] ReadBytes(string path) => SmallFile.Read(path, LargestFile);

    // Windows cannot use a key for TLS that lives in memory only.
    private static X509Certificate2 Usable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
