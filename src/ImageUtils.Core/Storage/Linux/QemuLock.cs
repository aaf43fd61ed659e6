using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage.Linux;

/// <summary>
/// Tells whether qemu has an image open. qemu locks single bytes of its images with locks of open file descriptions: one a
/// permission it holds from byte 100, one a permission it does not share from byte 200 (block/file-posix.c). flock(2), which
/// .NET uses, does not see them.
/// </summary>
[SupportedOSPlatform("linux")]
internal static partial class QemuLock
{
    private const int GetOpenFileLock = 36;
    private const short WriteLock = 1;
    private const short NoLock = 2;
    private const long FirstByte = 100;
    private const long Length = 200;

    /// <summary>Asks for the locks of one open file; takes none.</summary>
    /// <param name="file">The file.</param>
    /// <returns>True where another program holds one; false also where the file system does not know such locks.</returns>
    public static bool IsHeld(SafeFileHandle file)
    {
        var question = new Flock { Type = WriteLock, Start = FirstByte, Length = Length };
        return Control(file, GetOpenFileLock, ref question) == 0 && question.Type != NoLock;
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle file, int command, ref Flock question);

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Flock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
