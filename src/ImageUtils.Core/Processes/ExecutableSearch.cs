using System.Runtime.InteropServices;

namespace ImageUtils.Processes;

/// <summary>
/// Finds programs. .NET's own search looks in the current folder before PATH, where anybody may have put a
/// <c>qemu-img</c>; this one never does.
/// </summary>
internal static partial class ExecutableSearch
{
    private const int MayExecute = 1;

    /// <summary>Finds a program.</summary>
    /// <param name="fileName">A name, or a path with a folder in it.</param>
    /// <param name="searchPath">The folders, separated as on PATH; null: the PATH of this process.</param>
    /// <returns>The full path, or null.</returns>
    public static string? Find(string fileName, string? searchPath)
    {
        if (fileName.Length == 0 || fileName.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        if (Path.GetFileName(fileName) != fileName)
        {
            return Candidates(Path.GetFullPath(fileName)).FirstOrDefault(IsExecutable);
        }

        return Folders(searchPath)
            .SelectMany(folder => Candidates(Path.Combine(folder, fileName)))
            .FirstOrDefault(IsExecutable);
    }

    /// <summary>The folders that are searched; empty and relative entries mean the current folder and are left out.</summary>
    /// <param name="searchPath">The folders, separated as on PATH; null: the PATH of this process.</param>
    /// <returns>Full paths.</returns>
    public static IReadOnlyList<string> Folders(string? searchPath) =>
        (searchPath ?? Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(folder => folder.Trim('"'))
            .Where(Path.IsPathFullyQualified)
            .ToArray();

    private static IEnumerable<string> Candidates(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            return [path];
        }

        string[] extensions = (Environment.GetEnvironmentVariable("PATHEXT") ?? ".COM;.EXE")
            .Split(';', StringSplitOptions.RemoveEmptyEntries);
        return extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            ? [path]
            : extensions.Select(extension => path + extension);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows() || Access(path, MayExecute) == 0);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(string path, int mode);
}
