using ImageUtils.Errors;
using ImageUtils.Storage.Linux;
using ImageUtils.Storage.Windows;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Reads a regular file or a block device. Anything else (a pipe, a socket, a directory, a character device) is refused
/// before it is opened, and once more by its handle, so that nothing hangs and nothing can be swapped in between.
/// </summary>
public sealed class FileImageReader : IImageReader
{
    private readonly SafeFileHandle _handle;

    private FileImageReader(string path, SafeFileHandle handle, long length, FileIdentity? identity)
    {
        Name = path;
        _handle = handle;
        Length = length;
        Identity = identity;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <summary>What file this is, whatever name led to it; null where the system does not say.</summary>
    public FileIdentity? Identity { get; }

    /// <summary>When the open file was written last, in UTC.</summary>
    internal DateTime LastWrittenUtc => File.GetLastWriteTimeUtc(_handle);

    /// <summary>Opens a file or a block device for reading; never waits for anybody.</summary>
    /// <param name="path">The path; it is a path, whatever it looks like.</param>
    /// <returns>The reader, which owns the open file.</returns>
    /// <exception cref="PathNotFoundException">There is no such file, or a symbolic link that leads nowhere.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be opened, or is no file and no block device.</exception>
    public static FileImageReader Open(string path)
    {
        if (string.IsNullOrEmpty(path) || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new PathNotFoundException(path ?? string.Empty);
        }

        FileImageReader reader = OperatingSystem.IsWindows() ? OpenOnWindows(path) : OpenOnUnix(path);
        try
        {
            reader.RefusePseudoFile();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        try
        {
            while (done < buffer.Length && offset < Length - done)
            {
                int count = RandomAccess.Read(_handle, buffer[done..], offset + done);
                if (count == 0)
                {
                    break;
                }

                done += count;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageUnreadableException(Name, exception.Message, exception);
        }

        BytesRead += done;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static FileImageReader OpenOnUnix(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            UnixErrors.ThrowIfFailed(path, StatX.TryLook(path, followLinks: true, out FileIdentity? before));
            RefuseKind(path, before!.Kind);
        }
        else if (Directory.Exists(path))
        {
            RefuseKind(path, FileKind.Folder);
        }

        SafeFileHandle? handle = UnixFileOpening.TryOpen(path, out int error);
        UnixErrors.ThrowIfFailed(path, error);
        try
        {
            FileIdentity? identity = null;
            if (OperatingSystem.IsLinux())
            {
                // By handle: the path may lead elsewhere by now.
                UnixErrors.ThrowIfFailed(path, StatX.TryLook(UnixFileOpening.Descriptor(handle!), out identity));
                RefuseKind(path, identity!.Kind);
            }

            long length = UnixFileOpening.MeasureByEnd(handle!);
            return length >= 0
                ? new FileImageReader(path, handle!, length, identity)
                : throw new ImageUnreadableException(path, "it has no length: it is neither a regular file nor a block device.");
        }
        catch
        {
            handle!.Dispose();
            throw;
        }
    }

    private static FileImageReader OpenOnWindows(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                RefuseKind(path, FileKind.Folder);
            }

            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            try
            {
                if (OperatingSystem.IsWindows() && !WindowsFileStatus.IsDisk(handle))
                {
                    throw new ImageUnreadableException(path, "it is a pipe or a character device, not a regular file or a disk.");
                }

                bool isDevice = path.StartsWith(@"\\.\", StringComparison.Ordinal);
                long length = isDevice && OperatingSystem.IsWindows() ? WindowsFileStatus.DiskLength(handle) ?? 0 : RandomAccess.GetLength(handle);
                return new FileImageReader(path, handle, length, FileIdentity.TryOf(path));
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PathNotFoundException(path, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ImageUnreadableException(path, exception.Message, exception);
        }
    }

    private static void RefuseKind(string path, FileKind kind)
    {
        string? name = kind switch
        {
            FileKind.Regular or FileKind.BlockDevice => null,
            FileKind.Folder => "a directory",
            FileKind.CharacterDevice => "a character device",
            FileKind.Pipe => "a pipe (FIFO)",
            FileKind.Socket => "a socket",
            _ => "of an unknown kind",
        };
        if (name is not null)
        {
            throw new ImageUnreadableException(path, $"it is {name}, not a regular file or a block device.");
        }
    }

    /// <summary>Files of /proc say that they are empty and are not; their content is none that an image could have.</summary>
    private void RefusePseudoFile()
    {
        if (Length != 0)
        {
            return;
        }

        try
        {
            Span<byte> one = stackalloc byte[1];
            if (RandomAccess.Read(_handle, one, 0) > 0)
            {
                throw new ImageUnreadableException(Name, "it says that it is empty and is not: it is a file that the system makes up, not a regular file.");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageUnreadableException(Name, exception.Message, exception);
        }
    }
}
