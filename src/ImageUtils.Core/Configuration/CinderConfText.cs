using System.Globalization;
using System.Text;
using ImageUtils.Errors;

namespace ImageUtils.Configuration;

/// <summary>
/// Puts other values of the file in for <c>$name</c>, <c>${name}</c> and <c>${group.name}</c>, as oslo.config does;
/// <c>$$</c> and <c>\$</c> are a dollar sign. Names that lead back to themselves, or to very much text, are refused.
/// </summary>
internal sealed class CinderConfText
{
    private const int LongestText = 64 * 1024;
    private const int MostNames = 1000;

    // cinder/common/config.py; the older name is that of its first releases.
    private const string StatePath = "state_path";
    private const string OldStatePath = "pybasedir";
    private const string DefaultStatePath = "/var/lib/cinder";

    private readonly CinderConfFile _file;

    /// <summary>Makes the object.</summary>
    /// <param name="file">The file whose values are put in.</param>
    public CinderConfText(CinderConfFile file) => _file = file;

    /// <summary>The values that were put into others.</summary>
    public HashSet<CinderConfEntry> Used { get; } = [];

    /// <summary>Gives the text of a value.</summary>
    /// <param name="entry">The value.</param>
    /// <returns>The text with everything put in.</returns>
    /// <exception cref="InvalidOptionFileException">A name is unknown, or leads back to itself; the line is named.</exception>
    public string Expand(CinderConfEntry entry)
    {
        if (!entry.Value.Contains('$', StringComparison.Ordinal))
        {
            return entry.Value;
        }

        // A stack of our own: a file of nothing but names cannot use up the thread's.
        var output = new StringBuilder();
        var open = new Stack<Frame>([new Frame(entry)]);
        int names = 0;
        while (open.TryPeek(out Frame? frame))
        {
            if (output.Length > LongestText || names > MostNames)
            {
                throw Bad(entry, "the names in it stand for too much text.");
            }

            if (!Copy(frame, output, entry, out string? name))
            {
                open.Pop();
            }
            else if (name is not null)
            {
                names++;
                CinderConfEntry next = Find(frame.Entry.Group, name) ?? throw Bad(entry, $"nothing is known of the name '{name}' in it.");
                if (open.Any(one => one.Entry == next))
                {
                    throw Bad(entry, $"the name '{name}' in it leads back to itself.");
                }

                Used.Add(next);
                open.Push(new Frame(next));
            }
        }

        return output.ToString();
    }

    // Copies up to the next name. False: the value is at its end.
    private bool Copy(Frame frame, StringBuilder output, CinderConfEntry entry, out string? name)
    {
        name = null;
        ReadOnlySpan<char> rest = frame.Entry.Value.AsSpan(frame.Position);
        if (rest.IsEmpty)
        {
            return false;
        }

        int special = rest.IndexOfAny('$', '\\');
        int plain = special < 0 ? rest.Length : special;
        output.Append(rest[..plain]);
        frame.Position += plain;
        if (special < 0)
        {
            return true;
        }

        rest = rest[plain..];
        if (rest.StartsWith("$$") || rest.StartsWith("\\$"))
        {
            output.Append('$');
            frame.Position += 2;
        }
        else if (rest[0] == '\\')
        {
            output.Append('\\');
            frame.Position++;
        }
        else
        {
            int length = NameLength(rest, out name);
            if (name is null)
            {
                throw Bad(entry, "a dollar sign stands before no name; write $$ for the sign itself.");
            }

            frame.Position += length;
        }

        return true;
    }

    private static int NameLength(ReadOnlySpan<char> text, out string? name)
    {
        bool isBraced = text.Length > 1 && text[1] == '{';
        int start = isBraced ? 2 : 1;
        int end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_' || (text[end] == '.' && isBraced)))
        {
            end++;
        }

        bool isName = end > start && !char.IsAsciiDigit(text[start]) && (!isBraced || (end < text.Length && text[end] == '}'));
        name = isName ? text[start..end].ToString() : null;
        return isBraced ? end + 1 : end;
    }

    private CinderConfEntry? Find(string group, string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        CinderConfEntry? found = dot > 0
            ? _file.Find(new CinderKey(name[..dot], name[(dot + 1)..]))
            : _file.Find(new CinderKey(group, name)) ?? _file.Find(new CinderKey(CinderKey.DefaultGroup, name));
        if (found is not null || !string.Equals(name, StatePath, StringComparison.Ordinal))
        {
            return found;
        }

        return _file.Find(new CinderKey(CinderKey.DefaultGroup, OldStatePath))
            ?? new CinderConfEntry(CinderKey.DefaultGroup, StatePath, DefaultStatePath, Line: 0);
    }

    private InvalidOptionFileException Bad(CinderConfEntry entry, string reason) =>
        new(_file.FilePath, entry.Line, string.Create(CultureInfo.InvariantCulture, $"the value of {entry.Name}: {reason}"));

    private sealed class Frame(CinderConfEntry entry)
    {
        public CinderConfEntry Entry { get; } = entry;

        public int Position { get; set; }
    }
}
