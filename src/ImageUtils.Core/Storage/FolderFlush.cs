using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>Makes a new name outlast a loss of power: on Unix a file's name is the folder's data, not the file's.</summary>
internal static class FolderFlush
{
    /// <summary>Flushes the folder of a file; where the system cannot, nothing happens.</summary>
    /// <param name="path">The file.</param>
    public static void Of(string path)
    {
        if (OperatingSystem.IsWindows() || Path.GetDirectoryName(path) is not { } folder)
        {
            return;
        }

        try
        {
            using SafeFileHandle? handle = UnixFileOpening.TryOpen(folder, out _);
            if (handle is not null)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // Some file systems flush no folders.
        }
    }
}
