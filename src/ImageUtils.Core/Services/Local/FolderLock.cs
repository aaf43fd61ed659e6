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
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    /// <summary>Waits for the lock of a folder.</summary>
    /// <param name="lockPath">The lock's file; it is made where it is not there, and stays.</param>
    /// <param name="location">What an error names.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lock; disposing of it lets go.</returns>
    /// <exception cref="ServiceUnavailableException">Somebody else held it all the time.</exception>
    public static async Task<IDisposable> AcquireAsync(string lockPath, string location, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)LongestWait.TotalMilliseconds;
        while (true)
        {
            FileStream? held = TryOpen(lockPath, FileMode.OpenOrCreate);
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

    /// <summary>Opens a file for one holder only.</summary>
    /// <returns>The open file; null: another holder has it.</returns>
    public static FileStream? TryOpen(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, PrivateFile(mode, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (FileLock.IsHeld(e))
        {
            return null;
        }
    }

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
}
