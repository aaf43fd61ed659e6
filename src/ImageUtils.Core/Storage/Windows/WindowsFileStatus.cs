using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage.Windows;

/// <summary>What Windows says of an open file: its type, the length of a raw disk, and the space of a file.</summary>
[SupportedOSPlatform("windows")]
internal static partial class WindowsFileStatus
{
    private const uint TypeDisk = 1;
    private const uint DiskLengthInformation = 0x7405C;
    private const uint InvalidSize = 0xFFFFFFFF;

    /// <summary>True where the handle stands for a file or a disk, not for a pipe or a console.</summary>
    /// <param name="handle">The open file.</param>
    /// <returns>True for a file or a disk.</returns>
    public static bool IsDisk(SafeFileHandle handle) => NativeGetFileType(handle) == TypeDisk;

    /// <summary>The length of a disk that was opened by its device name.</summary>
    /// <param name="handle">The open disk.</param>
    /// <returns>The length in bytes, or null where it is no disk.</returns>
    public static long? DiskLength(SafeFileHandle handle) =>
        NativeDeviceControl(handle, DiskLengthInformation, IntPtr.Zero, 0, out long length, sizeof(long), out _, IntPtr.Zero) ? length : null;

    /// <summary>The space that a file takes, compressed and sparse parts left out.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The space in bytes, or null where the system does not say.</returns>
    public static long? Allocated(string path)
    {
        uint low = NativeGetCompressedSize(path, out uint high);
        return low == InvalidSize && Marshal.GetLastPInvokeError() != 0 ? null : (long)(((ulong)high << 32) | low);
    }

    [LibraryImport("kernel32", EntryPoint = "GetFileType")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint NativeGetFileType(SafeFileHandle handle);

    [LibraryImport("kernel32", EntryPoint = "DeviceIoControl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool NativeDeviceControl(SafeFileHandle handle, uint code, IntPtr input, uint inputSize, out long output, uint outputSize, out uint returned, IntPtr overlapped);

    [LibraryImport("kernel32", EntryPoint = "GetCompressedFileSizeW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial uint NativeGetCompressedSize(string path, out uint high);
}
