using System.Globalization;
using System.Text;
using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>Reads options from environment variables, each by its type, and notes which ones were set.</summary>
internal sealed class EnvironmentReader
{
    // With the longest image id and the prefix, a temporary file's name stays within 255 bytes.
    private const int LongestSuffix = 120;

    private readonly Func<string, string?> _environment;
    private readonly Dictionary<string, OptionSource> _sources = new(StringComparer.Ordinal);

    public EnvironmentReader(Func<string, string?> environment) => _environment = environment;

    public IReadOnlyDictionary<string, OptionSource> Sources => _sources;

    public string? Text(string option) => Read(option, emptyCounts: false)?.Trim();

    public string? Folder(string option)
    {
        string? value = Text(option);
        if (value is null)
        {
            return null;
        }

        return value.Contains('\0', StringComparison.Ordinal)
            ? throw Bad(option, value, "a path cannot hold a null character.")
            : Path.GetFullPath(value);
    }

    public string? FileNameSuffix(string option)
    {
        string? value = Text(option);
        if (value is null)
        {
            return null;
        }

        if (value.AsSpan().ContainsAny('/', '\\', '\0'))
        {
            throw Bad(option, value, "it becomes the end of file names and cannot hold a directory separator.");
        }

        return Encoding.UTF8.GetByteCount(value) <= LongestSuffix
            ? value
            : throw Bad(option, value, string.Create(CultureInfo.InvariantCulture, $"it is longer than {LongestSuffix} bytes."));
    }

    public bool? Switch(string option)
    {
        string? value = Text(option);
        return value?.ToLowerInvariant() switch
        {
            null => null,
            "1" or "true" or "yes" or "on" => true,
            "0" or "false" or "no" or "off" => false,
            _ => throw Bad(option, value, "write true or false."),
        };
    }

    public TimeSpan? Seconds(string option)
    {
        string? value = Text(option);
        if (value is null)
        {
            return null;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw Bad(option, value, "write a whole number of seconds, 1 or more.");
    }

    public long? Size(string option)
    {
        string? value = Text(option);
        if (value is null)
        {
            return null;
        }

        try
        {
            long bytes = SizeText.Parse(value);
            return bytes > 0 ? bytes : throw Bad(option, value, "it must be more than 0.");
        }
        catch (InvalidSizeException e)
        {
            throw Bad(option, value, e.Reason, e);
        }
    }

    /// <summary>A list with commas; a variable that is set and empty is an empty list (an empty vmdk_allowed_types allows none).</summary>
    public IReadOnlyList<string>? List(string option) =>
        Read(option, emptyCounts: true)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Words of a command line; quotes keep spaces together.</summary>
    public IReadOnlyList<string>? Words(string option)
    {
        string? value = Text(option);
        if (value is null)
        {
            return null;
        }

        var words = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        foreach (char c in value)
        {
            if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                inWord = true;
            }
            else if (!char.IsWhiteSpace(c))
            {
                word.Append(c);
                inWord = true;
            }
            else if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }

        if (quote != '\0')
        {
            throw Bad(option, value, "a quote is not closed.");
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    private static InvalidOptionException Bad(string option, string value, string reason, Exception? inner = null) =>
        new(OptionsLoader.VariableOf(option), value, reason, inner);

    private string? Read(string option, bool emptyCounts)
    {
        string? value = _environment(OptionsLoader.VariableOf(option));
        bool isSet = value is not null && (emptyCounts || !string.IsNullOrWhiteSpace(value));
        _sources[option] = isSet ? OptionSource.Environment : OptionSource.Default;
        return isSet ? value : null;
    }
}
