using System.Buffers;
using System.Globalization;
using ImageUtils.Errors;

namespace ImageUtils;

/// <summary>
/// A cipher specification taken apart (cinder's decode_cipher): what dm-crypt writes in one word, in the three words that
/// qemu's LUKS driver wants.
/// </summary>
public sealed record CipherSpec
{
    /// <summary>The key size in bits where none is given.</summary>
    public const int DefaultKeySize = 256;

    private const int Parts = 3;
    private static readonly SearchValues<char> NotInWord = SearchValues.Create(" \t\r\n,=\0");

    /// <summary>The cipher with the key size behind it, for example <c>aes-256</c>.</summary>
    public required string CipherAlgorithm { get; init; }

    /// <summary>The mode, for example <c>xts</c>.</summary>
    public required string CipherMode { get; init; }

    /// <summary>What makes the initialisation vectors, for example <c>plain64</c> or <c>essiv:sha256</c>.</summary>
    public required string IvGenerator { get; init; }

    /// <summary>Takes a specification apart.</summary>
    /// <param name="cipherSpec">The specification, for example <c>aes-xts-plain64</c>: exactly three parts.</param>
    /// <param name="keySize">The key size in bits, put behind the cipher as it is, also for xts.</param>
    /// <returns>The parts.</returns>
    /// <exception cref="InvalidCipherSpecException">It has fewer or more parts, an empty one, or the key size is not above zero.</exception>
    public static CipherSpec Decode(string cipherSpec, int keySize)
    {
        string[] parts = cipherSpec.Split('-');
        if (parts.Length != Parts)
        {
            throw new InvalidCipherSpecException(
                cipherSpec,
                string.Create(CultureInfo.InvariantCulture, $"it has {parts.Length} part(s) and must have three, cipher-mode-ivgen, as in aes-xts-plain64."));
        }

        if (Array.Exists(parts, part => part.Length == 0 || part.AsSpan().ContainsAny(NotInWord)))
        {
            throw new InvalidCipherSpecException(cipherSpec, "each of its parts must be a word.");
        }

        return keySize > 0
            ? new CipherSpec
            {
                CipherAlgorithm = string.Create(CultureInfo.InvariantCulture, $"{parts[0]}-{keySize}"),
                CipherMode = parts[1],
                IvGenerator = parts[2],
            }
            : throw new InvalidCipherSpecException(cipherSpec, string.Create(CultureInfo.InvariantCulture, $"a key of {keySize} bits is none."));
    }
}
