using System.Formats.Asn1;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using BigNumber = Org.BouncyCastle.Math.BigInteger;

namespace ImageUtils.Transfer.Signatures;

/// <summary>
/// Holds signatures against hashes. Not by the runtime: it refuses SHA-224 and RSA-PSS with the longest salt, which is what
/// cinder, nova and Glance verify, and knows the binary curves on some systems only.
/// </summary>
internal static class SignatureMath
{
    /// <summary>The trailer of RFC 8017, 9.1.2 (0xbc).</summary>
    private const byte PssTrailer = 0xbc;

    /// <summary>Says whether a signature is that of a hash.</summary>
    /// <param name="key">The key.</param>
    /// <param name="algorithm">The hash's algorithm, by our name.</param>
    /// <param name="hash">The hash of the data.</param>
    /// <param name="signature">The signature.</param>
    public static bool Verify(SigningKey key, string algorithm, byte[] hash, byte[] signature)
    {
        try
        {
            return key.Kind switch
            {
                SigningKeyKind.Rsa => VerifyPss((RsaKeyParameters)key.Parameters, algorithm, hash, signature),
                SigningKeyKind.Dsa => VerifyPair(new DsaSigner(), key.Parameters, hash, signature),
                _ => VerifyPair(new ECDsaSigner(), key.Parameters, hash, signature),
            };
        }
        catch (Exception e) when (e is AsnContentException or CryptoException or ArgumentException or ArithmeticException or FormatException or InvalidOperationException)
        {
            // A signature that cannot even be read, or a key too short for its hash, verifies nothing.
            return false;
        }
    }

    private static bool VerifyPss(RsaKeyParameters key, string algorithm, byte[] hash, byte[] signature)
    {
        int modulusBits = key.Modulus.BitLength;
        int longestSalt = ((modulusBits - 1 + 7) / 8) - hash.Length - 2;
        if (longestSalt < 0 || signature.Length != (modulusBits + 7) / 8)
        {
            return false;
        }

        // RFC 8017, 8.1.2: the hash is computed already; the mask is made with the same algorithm.
        PssSigner signer = PssSigner.CreateRawSigner(new RsaEngine(), DigestOf(algorithm), DigestOf(algorithm), longestSalt, PssTrailer);
        signer.Init(forSigning: false, key);
        signer.BlockUpdate(hash, 0, hash.Length);
        return signer.VerifySignature(signature);
    }

    private static bool VerifyPair(IDsa signer, ICipherParameters key, byte[] hash, byte[] signature)
    {
        var outer = new AsnReader(signature, AsnEncodingRules.DER);
        AsnReader pair = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var first = new BigNumber(pair.ReadIntegerBytes().ToArray());
        var second = new BigNumber(pair.ReadIntegerBytes().ToArray());
        pair.ThrowIfNotEmpty();
        signer.Init(forSigning: false, key);

        // Whether both are between 1 and the order is the first thing that the signers ask.
        return signer.VerifySignature(hash, first, second);
    }

    private static IDigest DigestOf(string algorithm) => algorithm switch
    {
        HashAlgorithms.Sha224 => new Sha224Digest(),
        "sha256" => new Sha256Digest(),
        "sha384" => new Sha384Digest(),
        _ => new Sha512Digest(),
    };
}
