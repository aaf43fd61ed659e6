using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;

namespace ImageUtils.PowerShell;

/// <summary>Makes plain dictionaries of what PowerShell wraps or writes as objects, one level into <c>properties</c>.</summary>
internal static class MetadataTable
{
    private const string NestedName = "properties";

    /// <summary>Makes a plain dictionary.</summary>
    /// <param name="given">A dictionary of any kind, a custom object, or null; not changed.</param>
    /// <returns>The dictionary, in the same order; null for null.</returns>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static IDictionary? From(object? given) => (given is PSObject wrapped ? wrapped.BaseObject : given) switch
    {
        null => null,
        IDictionary table => Plain(table),
        PSCustomObject when given is PSObject custom => Of(custom),
        object other => throw new ArgumentException($"A {other.GetType().Name} is no metadata; give a hashtable, another dictionary, or a custom object.", nameof(given)),
    };

    private static OrderedDictionary Plain(IDictionary table)
    {
        OrderedDictionary plain = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
        {
            string name = entry.Key.ToString() ?? string.Empty;
            plain[name] = Value(name, entry.Value);
        }

        return plain;
    }

    private static OrderedDictionary Of(PSObject custom)
    {
        OrderedDictionary plain = new(StringComparer.Ordinal);
        foreach (PSPropertyInfo property in custom.Properties)
        {
            plain[property.Name] = Value(property.Name, property.Value);
        }

        return plain;
    }

    private static object? Value(string name, object? value)
    {
        if (value is not PSObject wrapped)
        {
            return value;
        }

        // Only the dictionary that the filter looks into; what lies deeper stays as it came.
        bool isNested = string.Equals(name, NestedName, StringComparison.Ordinal) && wrapped.BaseObject is PSCustomObject;
        return isNested ? Of(wrapped) : wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject;
    }
}
