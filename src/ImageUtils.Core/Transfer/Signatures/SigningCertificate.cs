using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ImageUtils.Transfer.Signatures;

/// <summary>
/// The certificate of a signature. The runtime takes it apart, and its key comes out as bytes: a certificate is somebody
/// else's, and the library that verifies would follow nested data of any depth and curves of anybody's making.
/// </summary>
internal sealed class SigningCertificate : IDisposable
{
    private SigningCertificate(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Subject = certificate.Subject;
        NotBefore = certificate.NotBefore.ToUniversalTime();
        NotAfter = certificate.NotAfter.ToUniversalTime();
    }

    public X509Certificate2 Certificate { get; }

    public string Subject { get; }

    public DateTime NotBefore { get; }

    public DateTime NotAfter { get; }

    /// <summary>Reads a certificate.</summary>
    /// <param name="content">PEM or DER.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static SigningCertificate Read(ReadOnlySpan<byte> content)
    {
        X509Certificate2? certificate = null;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(content);

            // Names and dates are taken apart when they are asked for first.
            return new SigningCertificate(certificate);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            certificate?.Dispose();
            throw new InvalidDataException("it is no X.509 certificate, neither as PEM nor as DER.", e);
        }
    }

    /// <summary>The key in it.</summary>
    /// <exception cref="InvalidDataException">It cannot be used.</exception>
    public SigningKey ReadKey()
    {
        try
        {
            PublicKey key = Certificate.PublicKey;
            return SigningKeyReader.Read(key.Oid.Value, key.EncodedParameters?.RawData ?? [], key.EncodedKeyValue.RawData);
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException("its key cannot be read.", e);
        }
    }

    public void Dispose() => Certificate.Dispose();
}
