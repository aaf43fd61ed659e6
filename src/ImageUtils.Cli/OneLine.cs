using System.Globalization;
using System.Text;

namespace ImageUtils.Cli;

/// <summary>Makes a text fit on one line of a terminal: control characters, which may come from an image or a name, are escaped.</summary>
internal static class OneLine
{
    /// <summary>Escapes a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text on one line.</returns>
    public static string Of(string text)
    {
        StringBuilder line = new(text.Length);
        foreach (char character in text.ReplaceLineEndings("; "))
        {
            line.Append(char.IsControl(character)
                ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}")
                : character.ToString());
        }

        return line.ToString();
    }
}
