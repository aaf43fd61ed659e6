using System.Globalization;
using System.Text;
using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>Reads and checks values of options: texts of variables and files, and values of the right type.</summary>
internal static class OptionValue
{
    // With the longest image id and the prefix, a temporary file's name stays within 255 bytes.
    private const int LongestSuffix = 120;

    /// <summary>Reads a text as the value of an option.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="text">The text.</param>
    /// <param name="name">What an error calls the setting: the variable, the key in a file.</param>
    /// <returns>The value, in the type of its kind.</returns>
    /// <exception cref="InvalidOptionException">The text cannot be used.</exception>
    public static object Parse(OptionDefinition definition, string text, string name)
    {
        string value = text.Trim();
        object parsed = definition.Kind switch
        {
            OptionKind.Switch => Switch(value, name),
            OptionKind.Seconds or OptionKind.Count => Number(value, name),
            OptionKind.Size => Size(value, name),
            OptionKind.List or OptionKind.FolderList => Items(value),
            OptionKind.Words => CommandWords.Split(value) ?? throw new InvalidOptionException(name, value, "a quote is not closed."),
            _ => value,
        };
        return Check(definition, parsed, name);
    }

    /// <summary>Checks a value of the right type and brings it into its usual form.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="value">The value.</param>
    /// <param name="name">What an error calls the setting.</param>
    /// <returns>The value.</returns>
    /// <exception cref="InvalidOptionException">The value cannot be used.</exception>
    public static object Check(OptionDefinition definition, object value, string name) => (definition.Kind, value) switch
    {
        (OptionKind.Text, string text) => Plain(text, name),
        (OptionKind.FileNameSuffix, string text) => Suffix(Plain(text, name), name),
        (OptionKind.Program, string text) => IsPath(Plain(text, name)) ? Path.GetFullPath(text) : text,
        (OptionKind.Folder, string text) => Folder(text, name),
        (OptionKind.DiskFormat, string text) => Format(text, name),
        (OptionKind.FolderList, IEnumerable<string> folders) => folders.Select(folder => Folder(folder, name)).ToArray(),
        (OptionKind.List, IEnumerable<string> items) => items.Select(item => Plain(item, name)).ToArray(),
        (OptionKind.Words, IEnumerable<string> words) => Words([.. words], name),
        (OptionKind.Switch, bool) => value,
        (OptionKind.Seconds or OptionKind.Count, int number) => InRange(definition, value, number, name),
        (OptionKind.Size, long number) => InRange(definition, value, number, name),
        _ => throw new InvalidOptionException(name, Show(value), $"it is not of the kind '{definition.Kind}'."),
    };

    /// <summary>Says whether the text of an option is a path, which must be a full one where there is no current folder.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="text">The text.</param>
    /// <returns>True for folders, and for programs that are not looked for on PATH.</returns>
    public static bool IsPath(OptionDefinition definition, string text) =>
        definition.Kind is OptionKind.Folder or OptionKind.FolderList || (definition.Kind == OptionKind.Program && IsPath(text));

    private static bool IsPath(string text) =>
        text.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) || text.Contains(Path.AltDirectorySeparatorChar, StringComparison.Ordinal);

    private static object InRange(OptionDefinition definition, object value, long number, string name)
    {
        if (number >= definition.Smallest)
        {
            return value;
        }

        string hint = definition.CinderUnit > 1 && number > 0 ? " It is counted in bytes; write for example 1GiB." : string.Empty;
        throw new InvalidOptionException(
            name,
            Show(number),
            string.Create(CultureInfo.InvariantCulture, $"the smallest value is {definition.Smallest}.{hint}"));
    }

    private static string Plain(string text, string name)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidOptionException(name, text, "it is empty.");
        }

        return text.AsSpan().ContainsAny('\0', '\n', '\r')
            ? throw new InvalidOptionException(name, text, "it cannot hold a null character or the end of a line.")
            : text;
    }

    private static string Suffix(string text, string name)
    {
        if (text.AsSpan().ContainsAny('/', '\\'))
        {
            throw new InvalidOptionException(name, text, "it becomes the end of file names and cannot hold a directory separator.");
        }

        return Encoding.UTF8.GetByteCount(text) <= LongestSuffix
            ? text
            : throw new InvalidOptionException(name, text, string.Create(CultureInfo.InvariantCulture, $"it is longer than {LongestSuffix} bytes."));
    }

    private static string Folder(string text, string name) => Path.GetFullPath(Plain(text, name));

    private static string Format(string text, string name)
    {
        if (DiskFormat.TryParse(text, out DiskFormat? format) && format is { CanWrite: true, GlanceName: not null })
        {
            return format.Name;
        }

        IEnumerable<string> known = DiskFormat.All.Where(one => one is { CanWrite: true, GlanceName: not null }).Select(one => one.Name);
        throw new InvalidOptionException(name, text, $"it is not a format that can be written; known: {string.Join(", ", known)}.");
    }

    private static string[] Words(string[] words, string name)
    {
        if (words.Length == 0)
        {
            throw new InvalidOptionException(name, string.Empty, "it is empty.");
        }

        return words.Select(word => Plain(word, name)).ToArray();
    }

    private static string[] Items(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // The words of oslo.config's booleans, and those of cinder's choices "enabled" and "disabled".
    private static bool Switch(string text, string name) => text.ToLowerInvariant() switch
    {
        "1" or "true" or "yes" or "on" or "enabled" => true,
        "0" or "false" or "no" or "off" or "disabled" => false,
        _ => throw new InvalidOptionException(name, text, "write true or false."),
    };

    private static int Number(string text, string name) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidOptionException(name, text, "write a whole number.");

    private static long Size(string text, string name)
    {
        try
        {
            return SizeText.Parse(text);
        }
        catch (InvalidSizeException e)
        {
            throw new InvalidOptionException(name, text, e.Reason, e);
        }
    }

    private static string Show(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
}
