using System.Globalization;

namespace ImageUtils.Conversion;

/// <summary>How qemu-img lays out a LUKS1 image, as far as it decides the space that it takes (crypto/block-luks.c).</summary>
internal static class LuksLayout
{
    private const long Sector = 512;
    private const long HeaderSectors = 8;
    private const long Stripes = 4000;
    private const int Slots = 8;
    private const int DefaultKeyBits = 512;

    /// <summary>Where the content begins: behind the header and eight slots for the spread key, each in whole units of 4 KiB.</summary>
    /// <param name="cipher">The cipher; null: qemu-img's default, aes-256 in xts mode.</param>
    /// <returns>The bytes before the content.</returns>
    public static long PayloadOffset(CipherSpec? cipher)
    {
        long slotSectors = ((KeyBits(cipher) / 8 * Stripes) + Sector - 1) / Sector;
        slotSectors = (slotSectors + HeaderSectors - 1) / HeaderSectors * HeaderSectors;
        return (HeaderSectors + (Slots * slotSectors)) * Sector;
    }

    /// <summary>xts takes two keys of the size that the cipher's name says.</summary>
    private static long KeyBits(CipherSpec? cipher)
    {
        if (cipher is null)
        {
            return DefaultKeyBits;
        }

        ReadOnlySpan<char> size = cipher.CipherAlgorithm.AsSpan(cipher.CipherAlgorithm.LastIndexOf('-') + 1);
        long bits = int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : DefaultKeyBits;
        return string.Equals(cipher.CipherMode, "xts", StringComparison.Ordinal) ? bits * 2 : bits;
    }
}
