using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Processes;

/// <summary>
/// Linux: the passphrase stands in a file that is memory only (memfd_create(2)) and is closed to children; the program opens
/// it by its place in our own /proc folder, which nobody but the same user and root may enter. It may be read many times.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class MemoryFileSecret : SecretHandover
{
    private const uint CloseOnExec = 1;

    /// <summary>Asked for where a system forbids memory files that could be run (sysctl vm.memfd_noexec); unknown before Linux 6.3.</summary>
    private const uint NeverExecutable = 8;

    /// <summary>F_DUPFD: the lowest number from a given one on, open to children.</summary>
    private const int DuplicateFrom = 0;

    private readonly SafeFileHandle _file;
    private readonly int _length;

    /// <summary>Offers a passphrase.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <exception cref="IOException">The kernel has no such files.</exception>
    public MemoryFileSecret(Passphrase passphrase)
    {
        int descriptor = Create("imageutils", CloseOnExec | NeverExecutable);
        descriptor = descriptor < 0 ? Create("imageutils", CloseOnExec) : descriptor;
        if (descriptor < 0)
        {
            throw new IOException($"A file in memory for the passphrase cannot be made: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        _file = new SafeFileHandle(descriptor, ownsHandle: true);
        _length = passphrase.Bytes.Length;
        RandomAccess.Write(_file, passphrase.Bytes.Span, 0);
        FilePath = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{descriptor}");
    }

    /// <inheritdoc/>
    public override string FilePath { get; }

    /// <summary>Lets the programs that this process becomes or starts have the file, under a number of their own.</summary>
    /// <param name="descriptor">The number; it must be free.</param>
    /// <exception cref="IOException">It is not.</exception>
    public void LetChildrenHave(int descriptor)
    {
        int copy = Control(_file, DuplicateFrom, descriptor);
        if (copy != descriptor)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The descriptor {descriptor} for a passphrase is taken."));
        }
    }

    /// <summary>Wipes the memory and gives it back.</summary>
    public override void Dispose()
    {
        if (!_file.IsClosed)
        {
            RandomAccess.Write(_file, new byte[_length], 0);
            _file.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeFileHandle file, int command, int argument);
}
