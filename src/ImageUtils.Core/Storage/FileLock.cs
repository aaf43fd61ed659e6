using System.Security.Cryptography;

namespace ImageUtils.Storage;

/// <summary>
/// A file that one holder at a time can have, in all processes, and that is gone when nobody has it. The system lets go
/// of it when its holder dies.
/// </summary>
internal static class FileLock
{
    /// <summary>Takes the lock if it is free.</summary>
    /// <param name="path">The lock's file.</param>
    /// <returns>The lock, which is let go by disposing of it; null: somebody else has it.</returns>
    public static IDisposable? TryTake(string path)
    {
        var open = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,

            // The runtime looks whether the file it has locked is still the one of that name, so the deletion makes no gap.
            Options = FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
        {
            open.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path, open);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows())
        {
            // Windows' word for a file that is just being deleted.
            return null;
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="patience">The longest wait.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The lock; null: somebody else had it all the time.</returns>
    public static async Task<IDisposable?> TakeAsync(string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        long end = patience == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IDisposable? taken = TryTake(path);
            if (taken is not null || Environment.TickCount64 >= end)
            {
                return taken;
            }

            // Waiters of different lengths do not keep meeting each other.
            await Task.Delay(RandomNumberGenerator.GetInt32(5, 40), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells another holder from every other trouble.</summary>
    /// <param name="e">What the system said.</param>
    /// <returns>True where somebody else has the file.</returns>
    public static bool IsHeld(IOException e)
    {
        const int SharingViolation = unchecked((int)0x80070020);
        const int LockViolation = unchecked((int)0x80070021);
        const int LinuxWouldBlock = 11;
        const int MacWouldBlock = 35;
        return OperatingSystem.IsWindows()
            ? e.HResult is SharingViolation or LockViolation
            : e.HResult is SharingViolation || e.HResult == (OperatingSystem.IsMacOS() ? MacWouldBlock : LinuxWouldBlock);
    }
}
