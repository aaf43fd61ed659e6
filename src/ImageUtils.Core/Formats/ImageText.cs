using System.Globalization;
using System.Text;

namespace ImageUtils.Formats;

/// <summary>Text that an image brought along: made valid Unicode for facts, made harmless for sentences.</summary>
internal static class ImageText
{
    private const int LongestShown = 200;

    /// <summary>Decodes UTF-8 up to the first zero byte; what is no UTF-8 becomes U+FFFD.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Valid text, control characters and all.</returns>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    /// <summary>Makes a text fit to be shown on a terminal: control, format and line characters are escaped, long text is cut.</summary>
    /// <param name="text">The text of the image.</param>
    /// <returns>The text to show.</returns>
    public static string Show(string text)
    {
        StringBuilder shown = new();
        foreach (char character in text)
        {
            if (shown.Length >= LongestShown)
            {
                return shown.Append('…').ToString();
            }

            UnicodeCategory category = char.GetUnicodeCategory(character);
            _ = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate
                ? shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}")
                : shown.Append(character);
        }

        return shown.ToString();
    }

    /// <summary>True where every byte is printable ASCII.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>True for plain text without control characters.</returns>
    public static bool IsPrintable(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e);
}
