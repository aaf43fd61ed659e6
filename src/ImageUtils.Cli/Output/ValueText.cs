using System.Collections;
using System.Globalization;
using ImageUtils.Safety;

namespace ImageUtils.Cli;

/// <summary>A value of a result as text for people, in no one's culture.</summary>
internal static class ValueText
{
    /// <summary>Makes the text.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The text, on one line; empty for nothing.</returns>
    public static string Of(object? value) => value switch
    {
        null => string.Empty,
        string text => OneLine.Of(text),
        bool truth => truth ? "yes" : "no",
        TimeSpan duration => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.00} s"),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ImageCheck check => OneLine.Of($"{check.Outcome,-13} {check.Name}: {check.Reason}"),
        IEnumerable<KeyValuePair<string, object?>> pairs => string.Join(", ", pairs.Select(pair => $"{pair.Key}={Of(pair.Value)}")),
        IEnumerable<KeyValuePair<string, string>> pairs => string.Join(", ", pairs.Select(pair => $"{pair.Key}={Of(pair.Value)}")),
        IEnumerable many => string.Join(", ", many.Cast<object?>().Select(Of)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => OneLine.Of(value.ToString() ?? string.Empty),
    };
}
