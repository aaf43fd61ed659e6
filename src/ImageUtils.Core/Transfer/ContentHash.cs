using System.Buffers;
using ImageUtils.Errors;

namespace ImageUtils.Transfer;

/// <summary>A hash of some data.</summary>
/// <param name="Algorithm">The algorithm, a name of <see cref="HashAlgorithms.Names"/>.</param>
/// <param name="Value">The hash in lower-case hex.</param>
public sealed record ContentHash(string Algorithm, string Value)
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Reads a hash as people and files write it.</summary>
    /// <param name="text">Hex digits in any case; also with the algorithm in front (<c>sha256:…</c>).</param>
    /// <param name="algorithm">The algorithm; null: the one in front, else the one with that many digits.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="InvalidHashException">It is not a hash of that algorithm.</exception>
    public static ContentHash Parse(string text, string? algorithm = null)
    {
        string digits = text.Trim().ToLowerInvariant();
        string? name = string.IsNullOrWhiteSpace(algorithm) ? null : HashAlgorithms.Parse(algorithm);
        int colon = digits.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            string inFront = HashAlgorithms.Parse(digits[..colon]);
            if (name is not null && !string.Equals(name, inFront, StringComparison.Ordinal))
            {
                throw new InvalidHashException(text, $"it is said to be {name} and begins with {inFront}.");
            }

            name = inFront;
            digits = digits[(colon + 1)..].Trim();
        }

        if (digits.Length == 0 || digits.AsSpan().ContainsAnyExcept(HexDigits))
        {
            throw new InvalidHashException(text, "a hash is written in hex digits.");
        }

        name ??= HashAlgorithms.Names.FirstOrDefault(known => HashAlgorithms.DigitsOf(known) == digits.Length)
            ?? throw new InvalidHashException(text, "no known algorithm gives that many digits.");
        return HashAlgorithms.DigitsOf(name) == digits.Length
            ? new ContentHash(name, digits)
            : throw new InvalidHashException(text, $"a hash of {name} has {HashAlgorithms.DigitsOf(name)} digits.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm}:{Value}";
}
