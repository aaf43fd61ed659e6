using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ImageUtils.Cli;

/// <summary>An option that takes an age: a number with s, m, h or d behind it, or <c>[days.]hours:minutes:seconds</c>.</summary>
internal static class Age
{
    /// <summary>Makes the option.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option.</returns>
    public static Option<TimeSpan?> Option(string name, string description) => new(name)
    {
        Description = $"{description} (30m, 12h, 7d, or 1.06:00:00)",
        HelpName = "AGE",
        CustomParser = Parse,
    };

    private static TimeSpan? Parse(ArgumentResult result)
    {
        string word = result.Tokens[0].Value;
        double unit = word.Length == 0 ? 0 : char.ToLowerInvariant(word[^1]) switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        if (unit > 0
            && double.TryParse(word.AsSpan(0, word.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
            && count * unit < TimeSpan.MaxValue.TotalSeconds)
        {
            return TimeSpan.FromSeconds(count * unit);
        }

        // A bare number would be days to one reader and seconds to another.
        if (word.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(word, CultureInfo.InvariantCulture, out TimeSpan age) && age >= TimeSpan.Zero)
        {
            return age;
        }

        result.AddError($"'{word}' is not an age; write a number with its unit, as in 30m, 12h or 7d.");
        return null;
    }
}
