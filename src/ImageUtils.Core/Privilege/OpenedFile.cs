using System.Runtime.InteropServices;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Privilege;

/// <summary>A file or block device that root reads for a user; a device may be held besides, so that nobody mounts it.</summary>
internal sealed class OpenedFile : IPrivilegedFile
{
    private readonly string _path;
    private readonly SafeFileHandle? _held;
    private readonly bool _isDirect;

    private OpenedFile(string path, FileImageReader reader, SafeFileHandle? held, bool isDirect)
    {
        _path = path;
        Reader = reader;
        _held = held;
        _isDirect = isDirect;
    }

    /// <inheritdoc/>
    public FileImageReader Reader { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="hold">True: it must be a block device, and is held for us alone.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="ImageUtilsException">It cannot be opened, or not so.</exception>
    public static OpenedFile Open(string path, bool hold)
    {
        using TrustedPath place = TrustedPath.Walk(path);
        FileImageReader reader = FileImageReader.Open(place.HeldPath);
        try
        {
            return new OpenedFile(path, reader, hold ? Hold(path, place, reader) : null, hold && DeviceOpening.CanWriteDirectly(place.HeldPath));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>What the server says of an open file.</summary>
    public static ServedFile Describe(FileImageReader reader) =>
        new(reader.Length, reader.Identity ?? new FileIdentity(0, 0, FileKind.Regular, 0), reader.LastWrittenUtc);

    /// <inheritdoc/>
    public void Greet(Stream output) => FileServing.Write(output, Describe(Reader) with { IsDirect = _isDirect });

    /// <inheritdoc/>
    public ServedFile LookAgain()
    {
        using TrustedPath place = TrustedPath.Walk(_path);
        using FileImageReader now = FileImageReader.Open(place.HeldPath);
        return Describe(now);
    }

    /// <inheritdoc/>
    public ServedFile? Commit() => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _held?.Dispose();
        Reader.Dispose();
    }

    private static SafeFileHandle Hold(string path, TrustedPath place, FileImageReader reader)
    {
        if (reader.Identity is not { Kind: FileKind.BlockDevice })
        {
            throw new ImageUnreadableException(path, "it is no block device.");
        }

        return DeviceOpening.TryOpen(place.HeldPath, alone: true, out int error) ?? throw (error == DeviceOpening.Busy
            ? FileServing.DeviceBusy(path)
            : new ImageUnreadableException(path, Marshal.GetPInvokeErrorMessage(error) + "."));
    }
}
