using ImageUtils.Storage.Windows;

namespace ImageUtils.Storage;

/// <summary>The space that a file takes on its file system, holes left out.</summary>
public static class AllocatedSize
{
    /// <summary>Asks for the space of one file.</summary>
    /// <param name="path">The path; links are followed.</param>
    /// <returns>The space in bytes; the file's length where the system does not say, 0 where there is no file.</returns>
    public static long Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            return FileIdentity.TryOf(path)?.AllocatedBytes ?? 0;
        }

        FileInfo file = new(path);
        if (!file.Exists)
        {
            return 0;
        }

        return OperatingSystem.IsWindows() ? WindowsFileStatus.Allocated(path) ?? file.Length : file.Length;
    }
}
