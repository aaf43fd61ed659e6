using System.Security.Cryptography;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Services.Local;

/// <summary>
/// Keeps others, also in other processes, from changing records at the same time. The system lets go of the lock when its
/// holder dies, so a crash never leaves it behind.
/// </summary>
internal static class FolderLock
{
    /// <summary>EEXIST on Linux and macOS; Windows' ERROR_FILE_EXISTS.</summary>
    private static readonly int AlreadyThere = OperatingSystem.IsWindows() ? unchecked((int)0x80070050) : 17;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    /// <summary>Waits for the lock of a folder.</summary>
    /// <param name="lockPath">The lock's file; it is made where it is not there, and stays.</param>
    /// <param name="location">What an error names.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lock; disposing of it lets go.</returns>
    /// <exception cref="ServiceUnavailableException">Somebody else held it all the time, or its file is no plain file.</exception>
    public static async Task<IDisposable> AcquireAsync(string lockPath, string location, CancellationToken cancellationToken)
    {
        RequirePlain(lockPath, location);
        long deadline = Environment.TickCount64 + (long)LongestWait.TotalMilliseconds;
        while (true)
        {
            FileStream? held = TryOpen(lockPath);
            if (held is not null)
            {
                return held;
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new ServiceUnavailableException(location, "another process has kept its records locked for 15 seconds.");
            }

            // Waiters of different lengths do not keep meeting each other.
            await Task.Delay(RandomNumberGenerator.GetInt32(2, 25), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a file for one holder only; it is made where it is not there.</summary>
    /// <returns>The open file; null: another holder has it.</returns>
    /// <exception cref="IOException">It is a link, a pipe or the like, or the system refuses.</exception>
    public static FileStream? TryOpen(string path)
    {
        try
        {
            return PlainFile.Look(path) is null ? Create(path) : PlainFile.TryOpenAlone(path);
        }
        catch (FileNotFoundException)
        {
            // Removed by hand in between; it is made again.
            return null;
        }
        catch (IOException e) when (FileLock.IsHeld(e) || e.HResult == AlreadyThere)
        {
            // Somebody else made it first.
            return null;
        }
    }

    /// <summary>Makes a file that is not there yet, for one holder only; a link of that name is not followed.</summary>
    /// <returns>The open file.</returns>
    public static FileStream Create(string path) => new(path, PrivateFile(FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));

    /// <summary>How files of the service are opened: unbuffered, and made for their owner only.</summary>
    public static FileStreamOptions PrivateFile(FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static void RequirePlain(string lockPath, string location)
    {
        try
        {
            PlainFile.Look(lockPath);
        }
        catch (IOException e)
        {
            throw new ServiceUnavailableException(location, $"its lock cannot be used: {e.Message}", e);
        }
    }
}
