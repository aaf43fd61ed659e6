using ImageUtils.Errors;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Opens files that must be plain files of that very name, in folders that others may write: a link would lead out of the
/// folder, a pipe would make us wait for ever, a device has no end. Judged before and, by the handle, after the opening.
/// </summary>
internal static class PlainFile
{
    /// <summary>Opens a file for reading; never waits for anybody.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The file, unbuffered; the caller disposes of it.</returns>
    /// <exception cref="FileNotFoundException">There is nothing of that name.</exception>
    /// <exception cref="IOException">It is no plain file, or the system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path)
    {
        _ = Look(path) ?? throw new FileNotFoundException(null, path);
        if (OperatingSystem.IsWindows())
        {
            return Open(path, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        // It may be replaced between the look and the opening, as records are; what is opened is judged by itself.
        SafeFileHandle handle = UnixFileOpening.TryOpen(path, out int error, followLinks: false) ?? throw Explain(path, error);
        try
        {
            RequirePlain(path, handle);
            return new FileStream(handle, FileAccess.Read, bufferSize: 0, isAsync: false);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file for one holder only, for reading and writing; what is in it stays.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The open file; null: another holder has it.</returns>
    /// <exception cref="FileNotFoundException">There is nothing of that name.</exception>
    /// <exception cref="IOException">It is no plain file, or the system refuses.</exception>
    public static FileStream? TryOpenAlone(string path)
    {
        FileIdentity before = Look(path) ?? throw new FileNotFoundException(null, path);
        try
        {
            // For reading and writing, which does not wait for the other end of a pipe either, should one be put there just now.
            return RequireSame(path, before, Open(path, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (FileLock.IsHeld(e))
        {
            return null;
        }
    }

    /// <summary>Looks at a name, and refuses what is no plain file.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What is there; null: nothing.</returns>
    /// <exception cref="IOException">It is no plain file, or the system does not let us look.</exception>
    public static FileIdentity? Look(string path)
    {
        try
        {
            FileIdentity? identity = FileIdentity.OfLink(path);
            return identity is null or { IsRegularFile: true } ? identity : throw NotPlain(path, identity.Kind);
        }
        catch (ImageUnreadableException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static FileStream Open(string path, FileAccess access, FileShare share) => new(
        path,
        new FileStreamOptions { Mode = FileMode.Open, Access = access, Share = share, BufferSize = 0, Options = FileOptions.Asynchronous });

    private static FileStream RequireSame(string path, FileIdentity before, FileStream file)
    {
        try
        {
            return RequirePlain(path, file.SafeFileHandle) is not { } opened || (opened.Inode == before.Inode && opened.Device == before.Device)
                ? file
                : throw new IOException($"'{path}' was replaced while it was opened.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Judges an open file; null where the system does not say what it is.</summary>
    private static FileIdentity? RequirePlain(string path, SafeFileHandle handle)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int error = StatX.TryLook(UnixFileOpening.Descriptor(handle), out FileIdentity? opened);
        if (error != 0)
        {
            throw Explain(path, error);
        }

        return opened!.IsRegularFile ? opened : throw NotPlain(path, opened.Kind);
    }

    private static Exception Explain(string path, int error)
    {
        try
        {
            UnixErrors.ThrowIfFailed(path, error);
        }
        catch (PathNotFoundException e)
        {
            return new FileNotFoundException(null, path, e);
        }
        catch (ImageUnreadableException e)
        {
            return new IOException(e.Message, e);
        }

        return new IOException($"'{path}' cannot be opened.");
    }

    private static IOException NotPlain(string path, FileKind kind)
    {
        string name = kind switch
        {
            FileKind.Link => "a symbolic link",
            FileKind.Folder => "a folder",
            FileKind.Pipe => "a pipe (FIFO)",
            FileKind.Socket => "a socket",
            FileKind.BlockDevice or FileKind.CharacterDevice => "a device",
            _ => "of an unknown kind",
        };
        return new IOException($"'{path}' is {name}, not a regular file.");
    }
}
