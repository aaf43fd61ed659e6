using System.Text;
using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>
/// A destination that appears whole or not at all: the data goes to a file of its own beside the destination and is moved
/// into place at the end. Disposing of it before <see cref="Commit"/> leaves nothing behind.
/// </summary>
public sealed class PartialFile : IAsyncDisposable, IDisposable
{
    /// <summary>The longest file name the file systems of Linux and macOS take, in bytes.</summary>
    private const int LongestName = 255;

    private readonly bool _force;
    private FileHold? _hold;
    private bool _isSettled;

    private PartialFile(string destinationPath, string temporaryPath, bool force)
    {
        DestinationPath = destinationPath;
        TemporaryPath = temporaryPath;
        _force = force;
        _hold = FileHold.TryTake(temporaryPath);
    }

    /// <summary>The file the data goes to until <see cref="Commit"/>: a short name of its own in the destination's folder.</summary>
    public string TemporaryPath { get; }

    /// <summary>The full path of the destination.</summary>
    public string DestinationPath { get; }

    /// <summary>Creates the temporary file, empty.</summary>
    /// <param name="destinationPath">The destination; its folder must exist. A link there is replaced, never followed.</param>
    /// <param name="force">True: an existing file is replaced by <see cref="Commit"/>; its mode is kept.</param>
    /// <returns>The partial file; the caller disposes of it.</returns>
    /// <exception cref="DestinationExistsException">The destination is there and <paramref name="force"/> is false.</exception>
    /// <exception cref="DestinationUnwritableException">It is a folder or a device, its name is too long, or the system refuses.</exception>
    /// <exception cref="PathNotFoundException">The folder of the destination is not there.</exception>
    /// <exception cref="NoSpaceException">The file system has no room for one more file.</exception>
    public static PartialFile Create(string destinationPath, bool force)
    {
        string fullPath = Path.GetFullPath(destinationPath);
        string folder = Path.GetDirectoryName(fullPath) ?? string.Empty;
        string name = Path.GetFileName(fullPath);
        if (name.Length == 0 || Directory.Exists(fullPath))
        {
            throw new DestinationUnwritableException(fullPath, "It is a folder.");
        }

        if (!Directory.Exists(folder))
        {
            throw new PathNotFoundException(folder);
        }

        if (!OperatingSystem.IsWindows() && Encoding.UTF8.GetByteCount(name) > LongestName)
        {
            throw new DestinationUnwritableException(fullPath, "The file name is longer than 255 bytes.");
        }

        FileIdentity? existing = FileIdentity.OfLink(fullPath);
        if (existing is { IsRegularFile: false, IsLink: false })
        {
            throw new DestinationUnwritableException(fullPath, "It is not a regular file.");
        }

        if (existing is not null && !force)
        {
            throw new DestinationExistsException(fullPath);
        }

        string temporaryPath = CreateTemporary(fullPath, folder);
        var partial = new PartialFile(fullPath, temporaryPath, force);
        if (existing is { IsRegularFile: true } && !OperatingSystem.IsWindows())
        {
            partial.CopyMode();
        }

        return partial;
    }

    /// <summary>Begins with a file that is here already, which is moved to the place of the temporary file.</summary>
    /// <param name="path">The full path of the file, on the same file system.</param>
    /// <exception cref="IOException">It cannot be moved.</exception>
    internal void Adopt(string path)
    {
        File.Move(path, TemporaryPath, overwrite: true);
        _hold?.Dispose();
        _hold = FileHold.TryTake(TemporaryPath);
    }

    /// <summary>
    /// Makes the temporary file anew where a tool that failed took it away, as qemu-img does: what it would make itself
    /// when it is asked again belongs to whom it runs as.
    /// </summary>
    /// <exception cref="DestinationUnwritableException">The system refuses.</exception>
    internal void Renew()
    {
        if (FileIdentity.OfLink(TemporaryPath) is not null)
        {
            return;
        }

        try
        {
            File.OpenHandle(TemporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DestinationUnwritableException(DestinationPath, e.Message, e);
        }

        _hold?.Dispose();
        _hold = FileHold.TryTake(TemporaryPath);
        if (!OperatingSystem.IsWindows() && FileIdentity.OfLink(DestinationPath) is { IsRegularFile: true })
        {
            CopyMode();
        }
    }

    /// <summary>Opens the temporary file for writing at its beginning.</summary>
    /// <returns>An asynchronous stream that others may read beside; the caller disposes of it before <see cref="Commit"/>.</returns>
    public FileStream OpenStream() => new(
        TemporaryPath,
        new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            Options = FileOptions.Asynchronous,
            BufferSize = 64 * 1024,
        });

    /// <summary>Flushes the data to the disk and moves it into place in one step.</summary>
    /// <exception cref="DestinationExistsException">Somebody else made the destination meanwhile, and it is not to be overwritten.</exception>
    /// <exception cref="DestinationUnwritableException">The system refuses the move.</exception>
    /// <exception cref="NoSpaceException">The data did not fit, which some file systems say only now.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_isSettled, this);
        try
        {
            using (var handle = File.OpenHandle(TemporaryPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            {
                FileSync.Flush(handle);
            }

            if (_force)
            {
                File.Move(TemporaryPath, DestinationPath, overwrite: true);
            }
            else if (!AtomicMove.TryMove(TemporaryPath, DestinationPath))
            {
                throw new DestinationExistsException(DestinationPath);
            }

            _isSettled = true;
            _hold?.Dispose();
        }
        catch (IOException e)
        {
            throw Explain(DestinationPath, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DestinationUnwritableException(DestinationPath, e.Message, e);
        }
    }

    /// <summary>Removes the temporary file, unless it was moved into place.</summary>
    public void Dispose()
    {
        if (_isSettled)
        {
            return;
        }

        _isSettled = true;
        _hold?.Dispose();
        try
        {
            if (FileIdentity.OfLink(TemporaryPath) is { Kind: FileKind.Folder })
            {
                // A tool put a folder in the file's place. Links in it are removed, not followed.
                Directory.Delete(TemporaryPath, recursive: true);
            }

            File.Delete(TemporaryPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUnreadableException)
        {
            // Whatever ended the work is the error that the caller should see, not that the folder vanished under us.
        }
    }

    /// <inheritdoc cref="Dispose"/>
    /// <returns>A finished task: removing a file has no asynchronous form.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static string CreateTemporary(string fullPath, string folder)
    {
        try
        {
            while (true)
            {
                string path = Path.Combine(folder, TemporaryName.New(TemporaryName.Hidden, TemporaryName.Partial));
                try
                {
                    using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite);
                    return path;
                }
                catch (IOException) when (FileIdentity.OfLink(path) is not null)
                {
                    // One in four thousand million: the name is taken. The next one will not be.
                }
            }
        }
        catch (IOException e)
        {
            throw Explain(fullPath, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DestinationUnwritableException(fullPath, e.Message, e);
        }
    }

    private static ImageUtilsException Explain(string path, IOException e) => DiskSpace.IsNoSpace(e)
        ? new NoSpaceException(DiskSpace.MountPointOf(path), e)
        : new DestinationUnwritableException(path, e.Message, e);

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void CopyMode()
    {
        try
        {
            File.SetUnixFileMode(TemporaryPath, File.GetUnixFileMode(DestinationPath));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file system without modes (vfat); the file has the folder's.
        }
    }
}
