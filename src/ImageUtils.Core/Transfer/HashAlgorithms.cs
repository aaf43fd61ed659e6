using System.Security.Cryptography;
using ImageUtils.Errors;

namespace ImageUtils.Transfer;

/// <summary>The hash algorithms we know, by the names that image services use: md5, sha1, sha256, sha384, sha512.</summary>
public static class HashAlgorithms
{
    /// <summary>The algorithm of Glance's checksum.</summary>
    public const string Md5 = "md5";

    /// <summary>Glance's os_hash_algo by default, and ours where nobody asks for another.</summary>
    public const string Sha512 = "sha512";

    /// <summary>What some signatures are made with. No service promises such a hash, so it is not among <see cref="Names"/>.</summary>
    internal const string Sha224 = "sha224";

    /// <summary>Every name, weakest first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Md5, "sha1", "sha256", "sha384", Sha512];

    /// <summary>Finds an algorithm by its name in any spelling: sha256, SHA256, SHA-256.</summary>
    /// <param name="name">The name.</param>
    /// <param name="algorithm">The name as image services write it; empty where there is none.</param>
    /// <returns>True where it is known.</returns>
    public static bool TryParse(string? name, out string algorithm)
    {
        string plain = (name ?? string.Empty).Trim().Replace("-", string.Empty, StringComparison.Ordinal).ToLowerInvariant();
        algorithm = Names.FirstOrDefault(known => string.Equals(known, plain, StringComparison.Ordinal)) ?? string.Empty;
        return algorithm.Length > 0;
    }

    /// <summary>Finds an algorithm by its name in any spelling.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name as image services write it.</returns>
    /// <exception cref="InvalidHashException">Nobody here knows it.</exception>
    public static string Parse(string name) => TryParse(name, out string algorithm)
        ? algorithm
        : throw new InvalidHashException(name, $"the algorithm is not one of {string.Join(", ", Names)}.");

    /// <summary>The number of hex digits of a hash.</summary>
    /// <param name="algorithm">A name of <see cref="Names"/>.</param>
    /// <returns>The number of digits.</returns>
    public static int DigitsOf(string algorithm) => algorithm switch
    {
        Md5 => 32,
        "sha1" => 40,
        "sha256" => 64,
        "sha384" => 96,
        Sha512 => 128,
        _ => throw new InvalidHashException(algorithm, "the algorithm is not known."),
    };

    internal static IncrementalHash Create(string algorithm) => IncrementalHash.CreateHash(algorithm switch
    {
        Md5 => HashAlgorithmName.MD5,
        "sha1" => HashAlgorithmName.SHA1,
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        Sha512 => HashAlgorithmName.SHA512,
        _ => throw new InvalidHashException(algorithm, "the algorithm is not known."),
    });
}
