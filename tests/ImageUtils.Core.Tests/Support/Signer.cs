using System.Security.Cryptography;
using ImageUtils.Transfer.Signatures;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X509;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Operators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;
using BigNumber = Org.BouncyCastle.Math.BigInteger;

namespace ImageUtils.Core.Tests.Support;

/// <summary>Somebody with a key and a certificate, who signs images or other people's certificates.</summary>
public sealed class Signer
{
    private static readonly SecureRandom Chance = new();

    private readonly AsymmetricCipherKeyPair _keys;

    private Signer(string keyType, AsymmetricCipherKeyPair keys, X509Certificate certificate)
    {
        KeyType = keyType;
        _keys = keys;
        Certificate = certificate;
    }

    public string KeyType { get; }

    public X509Certificate Certificate { get; }

    public byte[] Der => Certificate.GetEncoded();

    public string Pem => PemEncoding.WriteString("CERTIFICATE", Der) + "\n";

    public static Signer Make(string keyType, DateTime? notBefore = null, DateTime? notAfter = null, Signer? issuer = null, bool isAuthority = false, string name = "CN=signer", int rsaBits = 2048) =>
        Make(keyType, MakeKeys(keyType, rsaBits), notBefore, notAfter, issuer, isAuthority, name);

    /// <summary>Another certificate for the key of somebody else, signed by whoever calls himself the issuer.</summary>
    public static Signer Make(string keyType, AsymmetricCipherKeyPair keys, DateTime? notBefore = null, DateTime? notAfter = null, Signer? issuer = null, bool isAuthority = false, string name = "CN=signer")
    {
        var generator = new X509V3CertificateGenerator();
        generator.SetSerialNumber(new BigNumber(64, Chance).Add(BigNumber.One));
        generator.SetIssuerDN(issuer?.Certificate.SubjectDN ?? new X509Name(name));
        generator.SetSubjectDN(new X509Name(name));
        generator.SetNotBefore(notBefore ?? DateTime.UtcNow.AddDays(-1));
        generator.SetNotAfter(notAfter ?? DateTime.UtcNow.AddDays(1));
        generator.SetPublicKey(keys.Public);
        generator.AddExtension(X509Extensions.BasicConstraints, critical: true, new BasicConstraints(isAuthority));
        generator.AddExtension(X509Extensions.KeyUsage, critical: true, new KeyUsage(isAuthority ? KeyUsage.KeyCertSign : KeyUsage.DigitalSignature));
        string algorithm = (issuer?._keys ?? keys).Private switch
        {
            RsaKeyParameters => "SHA256WITHRSA",
            DsaPrivateKeyParameters => "SHA256WITHDSA",
            _ => "SHA256WITHECDSA",
        };
        return new Signer(keyType, keys, generator.Generate(new Asn1SignatureFactory(algorithm, (issuer?._keys ?? keys).Private)));
    }

    /// <summary>A certificate of the same key that says other things.</summary>
    public Signer Again(DateTime? notBefore = null, DateTime? notAfter = null, Signer? issuer = null, string name = "CN=signer") =>
        Make(KeyType, _keys, notBefore, notAfter, issuer, name: name);

    /// <summary>Signs data as cinder's and Glance's documents say; for RSA with the longest salt, or with one of so many bytes.</summary>
    public string Sign(byte[] data, string hashMethod, int? salt = null)
    {
        IDigest digest = DigestOf(hashMethod);
        byte[] signature;
        if (_keys.Private is RsaKeyParameters rsa)
        {
            int longest = ((rsa.Modulus.BitLength - 1 + 7) / 8) - digest.GetDigestSize() - 2;
            var pss = new PssSigner(new RsaBlindedEngine(), digest, salt ?? longest);
            pss.Init(true, _keys.Private);
            pss.BlockUpdate(data, 0, data.Length);
            signature = pss.GenerateSignature();
        }
        else
        {
            IDsa pair = _keys.Private is DsaPrivateKeyParameters ? new DsaSigner() : new ECDsaSigner();
            var signer = new DsaDigestSigner(pair, digest);
            signer.Init(true, _keys.Private);
            signer.BlockUpdate(data, 0, data.Length);
            signature = signer.GenerateSignature();
        }

        return Convert.ToBase64String(signature);
    }

    /// <summary>The four properties of an image.</summary>
    public Dictionary<string, string> Properties(byte[] data, string certificateId, string hashMethod = "SHA-256") => new(StringComparer.Ordinal)
    {
        [SignatureProperties.SignatureName] = Sign(data, hashMethod),
        [SignatureProperties.HashMethodName] = hashMethod,
        [SignatureProperties.KeyTypeName] = KeyType,
        [SignatureProperties.CertificateIdName] = certificateId,
    };

    private static AsymmetricCipherKeyPair MakeKeys(string keyType, int rsaBits)
    {
        if (string.Equals(keyType, SignatureVocabulary.RsaPss, StringComparison.Ordinal))
        {
            using RSA made = RSA.Create(rsaBits);
            return DotNetUtilities.GetRsaKeyPair(made);
        }

        if (string.Equals(keyType, SignatureVocabulary.Dsa, StringComparison.Ordinal))
        {
            using DSA made = DSA.Create(1024);
            return DotNetUtilities.GetDsaKeyPair(made);
        }

        var generator = new ECKeyPairGenerator();
        generator.Init(new ECKeyGenerationParameters(SecNamedCurves.GetOid(keyType["ECC_".Length..].ToLowerInvariant()), Chance));
        return generator.GenerateKeyPair();
    }

    private static IDigest DigestOf(string hashMethod) => hashMethod switch
    {
        "SHA-224" => new Sha224Digest(),
        "SHA-256" => new Sha256Digest(),
        "SHA-384" => new Sha384Digest(),
        _ => new Sha512Digest(),
    };
}
