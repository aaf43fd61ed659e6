using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage.Linux;

/// <summary>Opens block devices in ways that .NET does not know: for us alone, and around the page cache. Linux.</summary>
internal static partial class DeviceOpening
{
    /// <summary>EBUSY.</summary>
    public const int Busy = 16;

    /// <summary>EACCES.</summary>
    public const int AccessDenied = 13;

    /// <summary>EPERM.</summary>
    public const int NotPermitted = 1;

    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int NoWait = 0x800;
    private const int NoTerminal = 0x100;
    private const int CloseOnExec = 0x80000;

    /// <summary>O_EXCL: for a block device, fails where it is mounted, swapped to, or part of another device, and keeps all of that away.</summary>
    private const int Alone = 0x80;

    /// <summary>Opens a device for reading and writing.</summary>
    /// <param name="path">The device.</param>
    /// <param name="alone">True: for us alone.</param>
    /// <param name="error">The error number where it failed.</param>
    /// <returns>The handle, or null.</returns>
    public static SafeFileHandle? TryOpen(string path, bool alone, out int error) =>
        TryOpen(path, ReadWrite | (alone ? Alone : 0), out error);

    /// <summary>Tells whether a device or file can be written around the page cache, as <c>dd oflag=direct count=0</c> does.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True where it can; false also where it cannot be opened at all.</returns>
    public static bool CanWriteDirectly(string path)
    {
        using SafeFileHandle? handle = TryOpen(path, WriteOnly | Direct(), out _);
        return handle is not null;
    }

    /// <summary>O_DIRECT, which Linux numbers by the architecture.</summary>
    private static int Direct() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.Arm or Architecture.Armv6 or Architecture.Arm64 => 0x10000,
        Architecture.Ppc64le => 0x20000,
        _ => 0x4000,
    };

    private static SafeFileHandle? TryOpen(string path, int flags, out int error)
    {
        int descriptor = NativeOpen(path, flags | NoWait | NoTerminal | CloseOnExec);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int NativeOpen(string path, int flags);
}
