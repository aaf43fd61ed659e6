using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Makes what was written last. The page cache takes everything; that a disk is full or broken comes out only here, and
/// .NET 10's own ways (<see cref="RandomAccess.FlushToDisk"/>, <see cref="FileStream.Flush(bool)"/>) were seen to keep an EIO
/// of fsync(2) to themselves.
/// </summary>
internal static partial class FileSync
{
    private const int Interrupted = 4;
    private const int Invalid = 22;
    private const int ReadOnlyFileSystem = 30;

    /// <summary>Flushes a file or device to its disk.</summary>
    /// <param name="file">The file, open for writing.</param>
    /// <exception cref="IOException">What was written before did not reach the disk; its number is that of the system.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        int error;
        do
        {
            error = Sync(file) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Interrupted);

        // Files that know no flush say so, and have nothing to lose.
        int notSupported = OperatingSystem.IsLinux() ? 95 : 45;
        if (error is not (0 or Invalid or ReadOnlyFileSystem) && error != notSupported)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(SafeFileHandle file);
}
