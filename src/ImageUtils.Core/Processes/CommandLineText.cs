using System.Globalization;
using System.Text;

namespace ImageUtils.Processes;

/// <summary>Command lines as people read them: quoted so that they could be pasted into a shell, secrets hidden.</summary>
public static class CommandLineText
{
    private const string Hidden = "***";

    /// <summary>Writes words as one line.</summary>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="secrets">Texts that must not show.</param>
    /// <param name="forWindows">True: quoted as Windows programs read their command line; false: as a POSIX shell does.</param>
    /// <returns>One line without control characters.</returns>
    public static string Write(IEnumerable<string> words, IReadOnlyList<string> secrets, bool forWindows) =>
        string.Join(' ', words.Select(word => forWindows ? QuoteForWindows(Hide(word, secrets)) : QuoteForShell(Hide(word, secrets))));

    /// <summary>Replaces secrets in a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="secrets">What must not show.</param>
    /// <returns>The text without them.</returns>
    public static string Hide(string text, IReadOnlyList<string> secrets)
    {
        // The longest first: a secret may be part of another.
        foreach (string secret in secrets.Where(secret => secret.Length > 0).OrderByDescending(secret => secret.Length))
        {
            text = text.Replace(secret, Hidden, StringComparison.Ordinal);
        }

        return text;
    }

    private static string QuoteForShell(string word)
    {
        if (word.Length > 0 && word.All(IsPlain))
        {
            return word;
        }

        if (!word.Any(char.IsControl))
        {
            return $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
        }

        // ANSI-C quoting, so that a newline in a file name cannot forge a second log line.
        var quoted = new StringBuilder("$'");
        foreach (char c in word)
        {
            quoted.Append(c switch
            {
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                '\\' => @"\\",
                '\'' => @"\'",
                _ when char.IsControl(c) => string.Create(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('\'').ToString();
    }

    private static string QuoteForWindows(string word)
    {
        if (word.Length > 0 && !word.Any(c => c is ' ' or '"' || char.IsControl(c)))
        {
            return word;
        }

        var quoted = new StringBuilder("\"");
        int backslashes = 0;
        foreach (char c in word)
        {
            if (c == '\\')
            {
                backslashes++;
                continue;
            }

            // Backslashes count double before a quote, and only there.
            quoted.Append('\\', c == '"' ? (backslashes * 2) + 1 : backslashes);
            backslashes = 0;
            quoted.Append(char.IsControl(c) ? '?' : c);
        }

        return quoted.Append('\\', backslashes * 2).Append('"').ToString();
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "_@%+=:,./-".Contains(c, StringComparison.Ordinal);
}
