using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>
/// A configuration file of OpenStack, by the rules of oslo.config (oslo_config/iniparser.py): sections, <c>key = value</c>
/// or <c>key: value</c>, comments that begin a line with # or ;, lines that begin with a space go on with the value above,
/// one pair of quotes around a value is taken off, and of several values the last counts.
/// </summary>
internal sealed class CinderConfFile
{
    private const int LongestFile = 1 << 20;

    private readonly Dictionary<CinderKey, CinderConfEntry> _entries = [];

    private CinderConfFile(string path) => FilePath = path;

    /// <summary>The full path.</summary>
    public string FilePath { get; }

    /// <summary>What it says, each key once.</summary>
    public IReadOnlyCollection<CinderConfEntry> Entries => _entries.Values;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The full path.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="PathNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidOptionFileException">It cannot be read; the line is named.</exception>
    public static CinderConfFile Read(string path) =>
        Parse(path, OptionFileText.Read(path, LongestFile, isUsersOwn: false) ?? throw new PathNotFoundException(path));

    /// <summary>Reads the text of a file.</summary>
    /// <param name="path">The full path, for errors.</param>
    /// <param name="text">The text.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="InvalidOptionFileException">A line cannot be read; it is named.</exception>
    public static CinderConfFile Parse(string path, string text)
    {
        var file = new CinderConfFile(path);
        string? group = null;
        string? name = null;
        int begin = 0;
        int number = 0;
        List<string> value = [];
        foreach (ReadOnlySpan<char> raw in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = raw.TrimEnd();
            bool isContinuation = line.Length > 0 && (line[0] is ' ' or '\t');
            if (isContinuation && name is not null)
            {
                value.Add(line.TrimStart().ToString());
                continue;
            }

            file.Add(group, name, value, begin);
            name = null;
            ReadOnlySpan<char> content = line.TrimStart();
            if (content.IsEmpty || content[0] is '#' or ';')
            {
                continue;
            }

            if (isContinuation)
            {
                throw file.Bad(number, "a line that begins with a space goes on with a value, and there is none above.");
            }

            if (content[0] == '[')
            {
                group = file.Section(content, number);
                continue;
            }

            (name, string first) = file.Assignment(content, number);
            if (group is null)
            {
                throw file.Bad(number, "a value stands above the first section.");
            }

            value = [first];
            begin = number;
        }

        file.Add(group, name, value, begin);
        return file;
    }

    /// <summary>Finds a value.</summary>
    /// <param name="key">Its section and key.</param>
    /// <returns>The value; null: it is not there.</returns>
    public CinderConfEntry? Find(CinderKey key) => _entries.GetValueOrDefault(new CinderKey(Normal(key.Group), key.Name));

    // oslo.config takes the names of sections in any case, but for DEFAULT.
    private static string Normal(string group) => string.Equals(group, CinderKey.DefaultGroup, StringComparison.Ordinal) ? group : group.ToLowerInvariant();

    private void Add(string? group, string? name, List<string> value, int line)
    {
        if (name is null)
        {
            return;
        }

        var key = new CinderKey(Normal(group!), name);
        _entries[key] = new CinderConfEntry(key.Group, name, Unquote(string.Join('\n', value).Trim()), line);
    }

    private static string Unquote(string value) =>
        value.Length > 1 && value[0] == value[^1] && (value[0] is '"' or '\'') ? value[1..^1] : value;

    private string Section(ReadOnlySpan<char> line, int number)
    {
        if (line[^1] != ']')
        {
            throw Bad(number, "a section has no bracket at its end.");
        }

        ReadOnlySpan<char> name = line[1..^1].Trim();
        return name.IsEmpty ? throw Bad(number, "a section has no name.") : name.ToString();
    }

    private (string Name, string Value) Assignment(ReadOnlySpan<char> line, int number)
    {
        int sign = line.IndexOfAny('=', ':');
        if (sign < 0)
        {
            throw Bad(number, "it is no section, comment or 'key = value'.");
        }

        ReadOnlySpan<char> name = line[..sign].Trim();
        return name.IsEmpty ? throw Bad(number, "a value has no key.") : (name.ToString(), line[(sign + 1)..].Trim().ToString());
    }

    private InvalidOptionFileException Bad(int line, string reason) => new(FilePath, line, reason);
}
