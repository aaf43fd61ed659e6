using System.Management.Automation;

namespace ImageUtils.PowerShell;

/// <summary>Turns what users type into full paths of the file system, from the session's location and its drives.</summary>
internal static class FileSystemPath
{
    /// <summary>Says whether a provider is the file system's.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>True for the file system.</returns>
    public static bool IsFileSystem(ProviderInfo provider) => string.Equals(provider.Name, "FileSystem", StringComparison.Ordinal);

    /// <summary>The full path of a file that need not exist.</summary>
    /// <param name="state">The session.</param>
    /// <param name="path">The path as given; no wildcards.</param>
    /// <returns>The full path; a trailing separator is kept, since it means "a folder".</returns>
    /// <exception cref="NotFileSystemPathException">The path belongs to another provider.</exception>
    public static string Unresolved(SessionState state, string path)
    {
        string full = state.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        if (!IsFileSystem(provider))
        {
            throw new NotFileSystemPathException(path, provider.Name);
        }

        bool isFolder = path.EndsWith(System.IO.Path.DirectorySeparatorChar) || path.EndsWith(System.IO.Path.AltDirectorySeparatorChar);
        return isFolder && !full.EndsWith(System.IO.Path.DirectorySeparatorChar) ? full + System.IO.Path.DirectorySeparatorChar : full;
    }
}
