using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage.Windows;

/// <summary>The volume serial number and file index, by which NTFS tells files apart whatever their names.</summary>
[SupportedOSPlatform("windows")]
internal static partial class FileIndex
{
    /// <summary>Asks the system which file a path is.</summary>
    /// <param name="path">The full path of a file.</param>
    /// <returns>Volume and index; zeros where the system does not say.</returns>
    public static (ulong Volume, ulong Index) Of(string path)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return GetFileInformationByHandle(handle, out Record record)
                ? (record.VolumeSerialNumber, ((ulong)record.FileIndexHigh << 32) | record.FileIndexLow)
                : (0, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (0, 0);
        }
    }

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetFileInformationByHandle(SafeFileHandle file, out Record record);

    /// <summary>BY_HANDLE_FILE_INFORMATION, 52 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 52)]
    private struct Record
    {
        [FieldOffset(28)]
        public uint VolumeSerialNumber;

        [FieldOffset(44)]
        public uint FileIndexHigh;

        [FieldOffset(48)]
        public uint FileIndexLow;
    }
}
