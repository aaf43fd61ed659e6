using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace ImageUtils.PowerShell;

/// <summary>Turns a hashtable of a user into properties of an image: texts, in no one's culture.</summary>
internal static class PropertyTable
{
    /// <summary>Makes the properties.</summary>
    /// <param name="table">The hashtable, or null.</param>
    /// <returns>Names and values as text.</returns>
    public static IReadOnlyDictionary<string, string> From(IDictionary? table)
    {
        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table ?? new Hashtable())
        {
            properties[Text(entry.Key)] = Text(entry.Value);
        }

        return properties;
    }

    // Image services write truth values in lower case.
    private static string Text(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => string.Empty,
        bool truth => truth ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        object other => other.ToString() ?? string.Empty,
    };
}
