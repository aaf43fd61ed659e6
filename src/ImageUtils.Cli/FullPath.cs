namespace ImageUtils.Cli;

/// <summary>Full paths from the folder the program was started in.</summary>
internal static class FullPath
{
    /// <summary>Makes a path full; a trailing separator is kept, since it means "a folder".</summary>
    /// <param name="path">The path as given.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="UsageException">The path is empty.</exception>
    public static string Of(string path) =>
        path.Length == 0 ? throw new UsageException("A path must not be empty.") : Path.GetFullPath(path);
}
