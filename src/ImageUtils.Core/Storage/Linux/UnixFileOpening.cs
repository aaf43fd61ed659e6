using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage.Linux;

/// <summary>Opens a file for reading without ever waiting for the other end of a pipe, and measures devices.</summary>
internal static partial class UnixFileOpening
{
    private const int SeekEnd = 2;

    /// <summary>Opens a path with O_RDONLY, O_NONBLOCK, O_NOCTTY and O_CLOEXEC.</summary>
    /// <param name="path">The path.</param>
    /// <param name="error">The error number where it failed.</param>
    /// <param name="followLinks">False: a path whose last part is a link fails (O_NOFOLLOW).</param>
    /// <returns>The handle, or null.</returns>
    public static SafeFileHandle? TryOpen(string path, out int error, bool followLinks = true)
    {
        // The values of these flags differ between the kernels, not between the architectures that .NET runs on.
        int flags = OperatingSystem.IsLinux() ? 0x800 | 0x100 | 0x80000 : 0x4 | 0x20000 | 0x1000000;
        int descriptor = NativeOpen(path, followLinks ? flags : flags | NoFollow());
        if (descriptor < 0)
        {
            error = Marshal.GetLastPInvokeError();
            return null;
        }

        error = 0;
        return new SafeFileHandle((IntPtr)descriptor, ownsHandle: true);
    }

    /// <summary>The length of what the descriptor stands for; also right for block devices, whose status says 0.</summary>
    /// <param name="handle">The open file.</param>
    /// <returns>The length in bytes, or -1.</returns>
    public static long MeasureByEnd(SafeFileHandle handle) => NativeSeek(Descriptor(handle), 0, SeekEnd);

    /// <summary>The number of the descriptor.</summary>
    /// <param name="handle">The open file.</param>
    /// <returns>The number.</returns>
    public static int Descriptor(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    /// <summary>O_NOFOLLOW, the one of our flags that Linux numbers by the architecture.</summary>
    public static int NoFollow() => !OperatingSystem.IsLinux() ? 0x100 : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 or Architecture.Ppc64le => 0x8000,
        _ => 0x20000,
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long NativeSeek(int descriptor, long offset, int origin);
}
