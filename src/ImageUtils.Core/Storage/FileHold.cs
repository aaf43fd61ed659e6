using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Shows everybody, also in other processes and containers, that a file is in use: an open handle with a shared lock. The
/// system lets go of it when its holder dies, so unlike a note it is never out of date.
/// </summary>
internal sealed class FileHold : IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileHold(SafeFileHandle handle) => _handle = handle;

    /// <summary>Takes hold of a file; others may still read, write, move and delete it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The hold; null: it is not there, or may not be opened.</returns>
    public static FileHold? TryTake(string path)
    {
        try
        {
            return new FileHold(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Says whether somebody holds a file.</summary>
    /// <param name="path">The file; a regular one, since others could make the opening wait.</param>
    /// <returns>True where somebody does; false also where it may not be opened.</returns>
    public static bool IsHeld(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None).Dispose();
            return false;
        }
        catch (IOException e)
        {
            return FileLock.IsHeld(e);
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Lets go.</summary>
    public void Dispose() => _handle.Dispose();
}
