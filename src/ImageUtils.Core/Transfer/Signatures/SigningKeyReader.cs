using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using Org.BouncyCastle.Asn1;
using Org.BouncyCastle.Asn1.Sec;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using BigNumber = Org.BouncyCastle.Math.BigInteger;

namespace ImageUtils.Transfer.Signatures;

/// <summary>
/// Reads public keys (RFC 3279, RFC 5480) and bounds what a verification can cost: the sizes are those that OpenSSL takes,
/// and curves are named ones only, never spelled out by whoever made the certificate (CVE-2020-0601, CVE-2024-29857).
/// </summary>
internal static class SigningKeyReader
{
    private const string RsaKey = "1.2.840.113549.1.1.1";
    private const string RsaPssKey = "1.2.840.113549.1.1.10";
    private const string DsaKey = "1.2.840.10040.4.1";
    private const string EllipticKey = "1.2.840.10045.2.1";

    // OPENSSL_RSA_MAX_MODULUS_BITS, OPENSSL_RSA_SMALL_MODULUS_BITS, OPENSSL_RSA_MAX_PUBEXP_BITS, OPENSSL_DSA_MAX_MODULUS_BITS.
    private const int LargestRsa = 16_384;
    private const int LargestRsaOfAnyExponent = 3_072;
    private const int LargestRsaExponent = 64;
    private const int LargestDsa = 10_000;

    // Shorter ones have been broken in public.
    private const int SmallestModulus = 1_024;

    private static readonly FrozenDictionary<string, DerObjectIdentifier> Curves = new[]
    {
        SecObjectIdentifiers.SecP384r1,
        SecObjectIdentifiers.SecP521r1,
        SecObjectIdentifiers.SecT409k1,
        SecObjectIdentifiers.SecT409r1,
        SecObjectIdentifiers.SecT571k1,
        SecObjectIdentifiers.SecT571r1,
    }.ToFrozenDictionary(curve => curve.Id, StringComparer.Ordinal);

    /// <summary>Reads a key.</summary>
    /// <param name="algorithm">The object identifier of its algorithm.</param>
    /// <param name="parameters">The algorithm's parameters in DER; may be empty.</param>
    /// <param name="value">The key as the algorithm encodes it.</param>
    /// <exception cref="InvalidDataException">It is of another kind, damaged, or of a size that is not taken.</exception>
    public static SigningKey Read(string? algorithm, ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> value)
    {
        try
        {
            return algorithm switch
            {
                RsaKey or RsaPssKey => ReadRsa(value),
                DsaKey => ReadDsa(parameters, value),
                EllipticKey => ReadElliptic(parameters, value),
                _ => throw new InvalidDataException($"its key is of a kind that is not known here ({algorithm})."),
            };
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException or ArithmeticException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException("its key is damaged.", e);
        }
    }

    private static SigningKey ReadRsa(ReadOnlyMemory<byte> value)
    {
        AsnReader key = Sequence(value);
        BigInteger modulus = Positive(key);
        BigInteger exponent = Positive(key);
        key.ThrowIfNotEmpty();
        long bits = modulus.GetBitLength();
        RequireSize("RSA", bits, LargestRsa);
        if (exponent.IsEven || exponent.IsOne || exponent >= modulus || (bits > LargestRsaOfAnyExponent && exponent.GetBitLength() > LargestRsaExponent))
        {
            throw new InvalidDataException("its RSA key has an exponent that cannot be used.");
        }

        return new SigningKey(SigningKeyKind.Rsa, new RsaKeyParameters(isPrivate: false, Convert(modulus), Convert(exponent)));
    }

    private static SigningKey ReadDsa(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> value)
    {
        AsnReader group = Sequence(parameters);
        BigInteger p = Positive(group);
        BigInteger q = Positive(group);
        BigInteger g = Positive(group);
        group.ThrowIfNotEmpty();
        var reader = new AsnReader(value, AsnEncodingRules.DER);
        BigInteger y = Positive(reader);
        reader.ThrowIfNotEmpty();
        RequireSize("DSA", p.GetBitLength(), LargestDsa);

        // FIPS 186-4, 4.2: the sizes of q; and what a group must be for a signature in it to mean anything.
        bool isGroup = q.GetBitLength() is 160 or 224 or 256 && (p - 1) % q == 0 && IsMember(g, p, q) && IsMember(y, p, q);
        return isGroup
            ? new SigningKey(SigningKeyKind.Dsa, new DsaPublicKeyParameters(Convert(y), new DsaParameters(Convert(p), Convert(q), Convert(g))))
            : throw new InvalidDataException("its DSA key is none.");
    }

    private static SigningKey ReadElliptic(ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> value)
    {
        var reader = new AsnReader(parameters, AsnEncodingRules.DER);
        if (!reader.HasData || reader.PeekTag() != Asn1Tag.ObjectIdentifier)
        {
            throw new InvalidDataException("its key names no curve.");
        }

        string curve = reader.ReadObjectIdentifier();
        reader.ThrowIfNotEmpty();
        if (!Curves.TryGetValue(curve, out DerObjectIdentifier? known))
        {
            throw new InvalidDataException($"its key is of a curve that images are not signed with ({curve}).");
        }

        X9ECParameters math = CustomNamedCurves.GetByOid(known) ?? SecNamedCurves.GetByOid(known);
        int coordinate = (math.Curve.FieldSize + 7) / 8;
        if (value.Length != 1 + coordinate && value.Length != 1 + (2 * coordinate))
        {
            throw new InvalidDataException("its key is no point of its curve.");
        }

        // The constructor refuses points that are not of the curve's group.
        var domain = new ECDomainParameters(math.Curve, math.G, math.N, math.H, math.GetSeed());
        return new SigningKey(SigningKeyKind.Elliptic, new ECPublicKeyParameters(math.Curve.DecodePoint(value.ToArray()), domain));
    }

    private static bool IsMember(BigInteger element, BigInteger p, BigInteger q) =>
        element > BigInteger.One && element < p && BigInteger.ModPow(element, q, p).IsOne;

    private static void RequireSize(string kind, long bits, int largest)
    {
        if (bits < SmallestModulus || bits > largest)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"its {kind} key has {bits} bits; {SmallestModulus} to {largest} are taken."));
        }
    }

    private static AsnReader Sequence(ReadOnlyMemory<byte> encoded)
    {
        var outer = new AsnReader(encoded, AsnEncodingRules.DER);
        AsnReader sequence = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        return sequence;
    }

    private static BigInteger Positive(AsnReader reader) => reader.ReadInteger() is { Sign: > 0 } number ? number : throw new InvalidDataException("its key is damaged.");

    private static BigNumber Convert(BigInteger number) => new(1, number.ToByteArray(isUnsigned: true, isBigEndian: true));
}
