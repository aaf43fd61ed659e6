using System.Runtime.InteropServices;

namespace ImageUtils.Storage;

/// <summary>How much room a file system has, and how its being full is recognised.</summary>
public static partial class DiskSpace
{
    private const int UnixNoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>The bytes that the caller may still write on the file system of a path.</summary>
    /// <param name="path">A file or folder; where it does not exist, the nearest folder above it counts.</param>
    /// <returns>Bytes; <see cref="long.MaxValue"/> where the system does not say.</returns>
    public static long AvailableBytes(string path)
    {
        try
        {
            return new DriveInfo(NearestFolder(path)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A network share on Windows has no drive letter. The write itself will say when it is full.
            return long.MaxValue;
        }
    }

    /// <summary>The mount point (on Windows the drive or share) of a path.</summary>
    /// <param name="path">A file or folder; where it does not exist, the nearest folder above it counts.</param>
    /// <returns>Its full path.</returns>
    public static string MountPointOf(string path)
    {
        string folder = RealPath(NearestFolder(path));
        if (OperatingSystem.IsWindows())
        {
            return Path.GetPathRoot(folder) ?? folder;
        }

        string longest = "/";
        foreach (DriveInfo drive in DriveInfo.GetDrives())
        {
            string mount = drive.Name;
            bool holds = folder.StartsWith(mount, StringComparison.Ordinal)
                && (mount.EndsWith('/') || folder.Length == mount.Length || folder[mount.Length] == '/');
            if (holds && mount.Length > longest.Length)
            {
                longest = mount;
            }
        }

        return longest;
    }

    /// <summary>Tells a full disk (or a used-up quota) from every other trouble.</summary>
    /// <param name="e">What the system said.</param>
    /// <returns>True where there is no room.</returns>
    public static bool IsNoSpace(IOException e)
    {
        int code = e.HResult;
        return OperatingSystem.IsWindows()
            ? code is WindowsDiskFull or WindowsHandleDiskFull
            : code is UnixNoSpace or WindowsDiskFull || code == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota);
    }

    private static string NearestFolder(string path)
    {
        string current = Path.GetFullPath(path);
        while (!Directory.Exists(current))
        {
            string? parent = Path.GetDirectoryName(current);
            if (parent is null)
            {
                break;
            }

            current = parent;
        }

        return current;
    }

    /// <summary>The path with every link in it resolved; as it is where the system cannot say.</summary>
    private static string RealPath(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return path;
        }

        nint resolved = ResolvePath(path, 0);
        if (resolved == 0)
        {
            return path;
        }

        try
        {
            return Marshal.PtrToStringUTF8(resolved) ?? path;
        }
        finally
        {
            FreeMemory(resolved);
        }
    }

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ResolvePath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void FreeMemory(nint memory);
}
