using System.Runtime.InteropServices;

namespace ImageUtils.Storage;

/// <summary>Whether the user may make files in a folder, asked of the system itself (access(2)); nothing is made.</summary>
internal static partial class FolderAccess
{
    private const int WriteAndSearch = 2 | 1;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    /// <summary>Tells whether a folder is closed to the user; one that is not there, or on a read-only file system, is not.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>True where only somebody else may write it. On Windows nobody is asked.</returns>
    public static bool IsDenied(string folder) =>
        !OperatingSystem.IsWindows() && Access(folder, WriteAndSearch) != 0 && Marshal.GetLastPInvokeError() is (NotPermitted or AccessDenied);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Access(string path, int mode);
}
