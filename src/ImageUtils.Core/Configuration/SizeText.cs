using System.Buffers;
using System.Globalization;
using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>
/// Sizes as people write them. A unit is always a power of 1024, with or without the i: 10G, 10GB and 10GiB are all
/// 10·2³⁰ bytes. The decimal sign is a dot in every culture.
/// </summary>
public static class SizeText
{
    private const int LongestText = 64;

    private const string Units = "KMGTPE";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>Reads a size.</summary>
    /// <param name="text">A number with or without a unit (B, K, M, G, T, P, E, each also with B or iB); case and spaces around the number do not matter.</param>
    /// <returns>The size in bytes.</returns>
    /// <exception cref="InvalidSizeException">It is not a size, not a whole number of bytes, or more than 2⁶³-1.</exception>
    public static long Parse(string? text)
    {
        string? problem = Read(text, out long bytes);
        return problem is null ? bytes : throw new InvalidSizeException(Shorten(text), problem);
    }

    /// <summary>Reads a size without an exception.</summary>
    /// <param name="text">The text; see <see cref="Parse"/>.</param>
    /// <param name="bytes">The size in bytes, 0 where there is none.</param>
    /// <returns>True where it is a size.</returns>
    public static bool TryParse(string? text, out long bytes) => Read(text, out bytes) is null;

    /// <summary>Writes a size for people, with one decimal at most: 4 MiB, 1.5 GiB, 512 B.</summary>
    /// <param name="bytes">The size in bytes.</param>
    /// <returns>The text, the same in every culture. It is rounded; programs take the number.</returns>
    public static string Format(long bytes)
    {
        if (bytes is > -1024 and < 1024)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        }

        double rest = bytes;
        int unit = -1;

        // 1023.95 would be shown as 1024.0 of the smaller unit.
        while (Math.Abs(rest) >= 1023.95 && unit < Units.Length - 1)
        {
            rest /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{rest:0.#} {Units[unit]}iB");
    }

    private static string? Read(string? text, out long bytes)
    {
        bytes = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.IsEmpty || rest.Length > LongestText)
        {
            return "write a number with a unit, such as 512M or 10GiB.";
        }

        int end = rest.IndexOfAnyExcept(NumberCharacters);
        ReadOnlySpan<char> number = end < 0 ? rest : rest[..end];
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value) || !char.IsAsciiDigit(number[0]))
        {
            return number.StartsWith('.') || rest[0] != '-'
                ? "write a number with a unit, such as 512M or 10GiB; the decimal sign is a dot."
                : "a size cannot be negative.";
        }

        if (!TryReadUnit(end < 0 ? [] : rest[end..].Trim(), out int shift))
        {
            return "the unit is not one of B, K, M, G, T, P, E (also KB, KiB and so on).";
        }

        // 2^60 times a number that fits a decimal may not fit; anything above 2^63 is refused before the product.
        if (value > long.MaxValue >> shift)
        {
            return "it is more than 8 EiB.";
        }

        decimal product = value * (1L << shift);
        if (product != decimal.Truncate(product))
        {
            return "it is not a whole number of bytes.";
        }

        bytes = (long)product;
        return null;
    }

    private static bool TryReadUnit(ReadOnlySpan<char> unit, out int shift)
    {
        shift = 0;
        if (unit.IsEmpty || unit.Equals("B", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        int index = Units.IndexOf(char.ToUpperInvariant(unit[0]), StringComparison.Ordinal);
        ReadOnlySpan<char> tail = unit[1..];
        shift = (index + 1) * 10;
        return index >= 0
            && (tail.IsEmpty || tail.Equals("B", StringComparison.OrdinalIgnoreCase) || tail.Equals("iB", StringComparison.OrdinalIgnoreCase));
    }

    private static string Shorten(string? text) => text is { Length: > LongestText } ? string.Concat(text.AsSpan(0, LongestText), "…") : text ?? string.Empty;
}
