using System.Collections;
using System.Collections.Specialized;
using System.Management.Automation;

namespace ImageUtils.PowerShell;

/// <summary>Makes plain dictionaries of what PowerShell wraps or writes as objects, one level into <c>properties</c>.</summary>
internal static class MetadataTable
{
    private const string NestedName = "properties";

    /// <summary>A copy of a dictionary without PowerShell's wrappers.</summary>
    /// <param name="table">The dictionary; not changed.</param>
    /// <returns>The copy, in the same order.</returns>
    public static IDictionary Plain(IDictionary table)
    {
        OrderedDictionary plain = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in table)
        {
            string name = entry.Key.ToString() ?? string.Empty;
            plain[name] = Value(name, entry.Value);
        }

        return plain;
    }

    /// <summary>The properties of a custom object as a dictionary.</summary>
    /// <param name="custom">The object, for example of ConvertFrom-Json.</param>
    /// <returns>The dictionary, in the same order.</returns>
    public static IDictionary Of(PSObject custom)
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
