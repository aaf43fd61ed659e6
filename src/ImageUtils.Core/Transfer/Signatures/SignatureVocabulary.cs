using System.Collections.Frozen;

namespace ImageUtils.Transfer.Signatures;

/// <summary>The words of image signing, as cursive's signature_utils and so cinder, nova and Glance know them.</summary>
public static class SignatureVocabulary
{
    /// <summary>RSA with PSS padding, MGF1 of the same hash and the longest salt that fits.</summary>
    public const string RsaPss = "RSA-PSS";

    /// <summary>DSA.</summary>
    public const string Dsa = "DSA";

    private static readonly FrozenDictionary<string, string> Hashes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["SHA-224"] = HashAlgorithms.Sha224,
        ["SHA-256"] = "sha256",
        ["SHA-384"] = "sha384",
        ["SHA-512"] = HashAlgorithms.Sha512,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The hash methods.</summary>
    public static IReadOnlyList<string> HashMethods { get; } = ["SHA-224", "SHA-256", "SHA-384", "SHA-512"];

    /// <summary>The types of keys of elliptic curves, the curve's name behind <c>ECC_</c>.</summary>
    public static IReadOnlyList<string> EllipticKeyTypes { get; } =
        ["ECC_SECP384R1", "ECC_SECP521R1", "ECC_SECT409K1", "ECC_SECT409R1", "ECC_SECT571K1", "ECC_SECT571R1"];

    /// <summary>All types of keys.</summary>
    public static IReadOnlyList<string> KeyTypes { get; } = [RsaPss, Dsa, .. EllipticKeyTypes];

    /// <summary>The hash algorithm by our name; null: no such method.</summary>
    internal static string? AlgorithmOf(string hashMethod) => Hashes.GetValueOrDefault(hashMethod);
}
