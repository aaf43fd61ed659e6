using System.Runtime.InteropServices;

namespace ImageUtils.Storage;

/// <summary>
/// Moves a file to a name that must be free. .NET's own move looks first and renames then, which on Unix overwrites a file
/// that somebody makes between the two.
/// </summary>
internal static partial class AtomicMove
{
    private const int CurrentFolder = -100;
    private const uint NoReplace = 1;
    private const int FileExists = 17;

    /// <summary>Moves within one file system.</summary>
    /// <param name="source">The file.</param>
    /// <param name="destination">The free name.</param>
    /// <returns>False where the name is taken.</returns>
    /// <exception cref="IOException">The system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not.</exception>
    public static bool TryMove(string source, string destination)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                if (RenameAt2(CurrentFolder, source, CurrentFolder, destination, NoReplace) == 0)
                {
                    return true;
                }

                if (Marshal.GetLastPInvokeError() == FileExists)
                {
                    return false;
                }
            }
            catch (EntryPointNotFoundException)
            {
                // A C library without renameat2.
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            if (Link(source, destination) == 0)
            {
                File.Delete(source);
                return true;
            }

            if (Marshal.GetLastPInvokeError() == FileExists)
            {
                return false;
            }
        }

        // Windows, and Unix file systems that know neither form (vfat and some network ones).
        try
        {
            File.Move(source, destination, overwrite: false);
            return true;
        }
        catch (IOException) when (FileIdentity.OfLink(destination) is not null && File.Exists(source))
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameAt2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string oldPath, string newPath);
}
