using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Signatures;

/// <summary>
/// The certificates and authorities that signatures of images must come from (nova has the same with trusted image
/// certificates): a certificate is trusted that is among them, or that an authority among them stands behind. The
/// system's own authorities do not count: they vouch for web servers.
/// </summary>
internal sealed class TrustedCertificates : IDisposable
{
    private const int LargestFile = 4 << 20;
    private const int MostFiles = 1_000;

    private readonly X509Certificate2Collection _trusted;
    private readonly string _path;

    private TrustedCertificates(X509Certificate2Collection trusted, string path)
    {
        _trusted = trusted;
        _path = path;
    }

    /// <summary>Reads the list.</summary>
    /// <param name="path">The full path of a file with one certificate or more, or of a folder of such files.</param>
    /// <param name="log">Hears of files that hold none.</param>
    /// <exception cref="InvalidOptionException">It cannot be read, or has no certificate at all: that would be trust in nobody.</exception>
    public static TrustedCertificates Load(string path, IOperationLog log)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            if (!Directory.Exists(path))
            {
                AddFile(trusted, path);
            }
            else
            {
                AddFolder(trusted, path, log);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Dispose(trusted);
            throw Unusable(path, e.Message, e);
        }

        return trusted.Count > 0 ? new TrustedCertificates(trusted, path) : throw Unusable(path, "it holds no certificate.");
    }

    /// <summary>Says why a certificate is not trusted.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">The time that counts.</param>
    /// <returns>The reason; null: it is trusted.</returns>
    public string? Refuse(X509Certificate2 certificate, DateTime now)
    {
        if (_trusted.Any(one => IsSame(one, certificate)))
        {
            return null;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_trusted);
        chain.ChainPolicy.ExtraStore.AddRange(_trusted);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now;

        // An authority of the list counts also where its own issuer is not in the list; which one ends the chain is asked below.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        try
        {
            if (!chain.Build(certificate))
            {
                string faults = string.Join(", ", chain.ChainStatus.Select(status => status.Status.ToString()).Distinct(StringComparer.Ordinal));
                return $"its certificate has no sound chain to those of {_path} ({faults}).";
            }

            return chain.ChainElements.Skip(1).Any(element => _trusted.Any(one => IsSame(one, element.Certificate)))
                ? null
                : $"nobody in {_path} stands behind its certificate.";
        }
        catch (CryptographicException e)
        {
            return $"its certificate has no chain to those of {_path}: {e.Message}";
        }
        finally
        {
            foreach (X509ChainElement element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
    }

    public void Dispose() => Dispose(_trusted);

    private static void AddFolder(X509Certificate2Collection trusted, string path, IOperationLog log)
    {
        string[] files = [.. Directory.EnumerateFiles(path).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
        if (files.Length > MostFiles)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"it holds more than {MostFiles} files."));
        }

        foreach (string file in files)
        {
            try
            {
                AddFile(trusted, file);
            }
            catch (CryptographicException)
            {
                log.Warning($"'{file}' holds no certificate and makes nobody trusted.");
            }
        }
    }

    private static void AddFile(X509Certificate2Collection trusted, string path)
    {
        byte[] content = SmallFile.Read(path, LargestFile);
        if (content.AsSpan().IndexOf("-----BEGIN "u8) < 0)
        {
            trusted.Add(X509CertificateLoader.LoadCertificate(content));
            return;
        }

        int before = trusted.Count;
        trusted.ImportFromPem(System.Text.Encoding.ASCII.GetString(content));
        if (trusted.Count == before)
        {
            throw new CryptographicException("it holds no certificate.");
        }
    }

    private static bool IsSame(X509Certificate2 one, X509Certificate2 other) => one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span);

    private static InvalidOptionException Unusable(string path, string reason, Exception? cause = null) => new("TrustedCertificates", path, reason, cause);

    private static void Dispose(X509Certificate2Collection certificates)
    {
        foreach (X509Certificate2 certificate in certificates)
        {
            certificate.Dispose();
        }
    }
}
