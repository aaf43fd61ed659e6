namespace ImageUtils.Storage;

/// <summary>Where a path leads when every link on the way is followed; parts that are not there stay as they are.</summary>
internal static class RealPath
{
    /// <summary>As many as Linux follows before it takes them for a loop.</summary>
    private const int MostLinks = 40;

    /// <summary>Follows the links of a path, of its folders and of its last part.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The full path without links; where they form a loop, as far as they were followed.</returns>
    public static string Of(string path)
    {
        string full = Path.GetFullPath(path);
        string done = Path.GetPathRoot(full) ?? string.Empty;
        var rest = new Stack<string>();
        Push(rest, full[done.Length..]);
        int links = 0;
        while (rest.TryPop(out string? name))
        {
            if (name is ".")
            {
                continue;
            }

            if (name is "..")
            {
                done = Path.GetDirectoryName(done) ?? done;
                continue;
            }

            string next = Path.Combine(done, name);
            string? target = links < MostLinks ? TargetOf(next) : null;
            if (target is null)
            {
                done = next;
                continue;
            }

            links++;
            string root = Path.IsPathRooted(target) ? Path.GetPathRoot(target)! : string.Empty;
            done = root.Length > 0 ? root : done;
            Push(rest, target[root.Length..]);
        }

        return done;
    }

    /// <summary>Says whether a path leads into a folder, by its own last part or by that of a link.</summary>
    /// <param name="path">The path; it need not be there.</param>
    /// <param name="folder">The folder.</param>
    /// <returns>The part of the path below the folder, in which it was found first; null: it leads elsewhere. Empty: the folder itself.</returns>
    public static string? Below(string path, string folder)
    {
        string full = Path.GetFullPath(path);
        string home = Of(folder);
        string name = Path.GetFileName(full);

        // A link that stands in the folder would be replaced there, wherever it leads.
        string unfollowed = name.Length == 0 ? Of(full) : Path.Combine(Of(Path.GetDirectoryName(full)!), name);
        return Part(unfollowed, home) ?? Part(Of(full), home);
    }

    private static string? Part(string path, string home)
    {
        StringComparison comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        string inside = Path.EndsInDirectorySeparator(home) ? home : home + Path.DirectorySeparatorChar;
        if (path.StartsWith(inside, comparison))
        {
            return path[inside.Length..];
        }

        return string.Equals(path, home, comparison) ? string.Empty : null;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (string name in path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            rest.Push(name);
        }
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
