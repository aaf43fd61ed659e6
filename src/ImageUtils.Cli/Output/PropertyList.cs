using System.Collections;
using System.Reflection;
using System.Text;
using ImageUtils.Safety;

namespace ImageUtils.Cli;

/// <summary>One result as lines of name and value; what is empty is left out.</summary>
internal static class PropertyList
{
    private const int NameWidth = 22;

    /// <summary>Makes the lines.</summary>
    /// <param name="result">The result.</param>
    /// <returns>The lines.</returns>
    public static string Of(object result)
    {
        StringBuilder lines = new();
        foreach (PropertyInfo property in result.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            object? value = property.GetValue(result);
            if (value is IEnumerable<ImageCheck> checks)
            {
                Append(lines, property.Name, checks);
            }
            else if (value is IEnumerable and not string && !((IEnumerable)value).GetEnumerator().MoveNext())
            {
                continue;
            }
            else if (value is not null)
            {
                lines.Append(property.Name.PadRight(NameWidth)).AppendLine(ValueText.Of(value));
            }
        }

        return lines.ToString();
    }

    private static void Append(StringBuilder lines, string name, IEnumerable<ImageCheck> checks)
    {
        foreach (ImageCheck check in checks.Where(check => check.Outcome != CheckOutcome.NotApplicable))
        {
            lines.Append(name.PadRight(NameWidth)).AppendLine(ValueText.Of(check));
            name = string.Empty;
        }
    }
}
