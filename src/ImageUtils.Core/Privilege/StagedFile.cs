using System.Runtime.InteropServices;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Storage.Linux;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Privilege;

/// <summary>
/// A file that root writes for a user, in a folder that the user may not write: made beside its destination, written by
/// another program of root through our open descriptor (a name could be led elsewhere meanwhile), and moved into place.
/// Until then it is removed whenever this process ends by anything but a SIGKILL; what one left, the next one removes.
/// </summary>
internal sealed partial class StagedFile : IPrivilegedFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Never the bits that lend rights: set-user-ID and its kin.</summary>
    private const UnixFileMode PlainMode = (UnixFileMode)0x1ff;

    private readonly TrustedPath _folder;
    private readonly string _name;
    private readonly bool _replace;
    private readonly FileStream _file;
    private readonly FileHold? _hold;
    private readonly string _temporaryPath;
    private readonly Lock _gate = new();
    private bool _isSettled;

    private StagedFile(TrustedPath folder, string name, bool replace, string temporaryPath, FileStream file)
    {
        _folder = folder;
        _name = name;
        _replace = replace;
        _temporaryPath = temporaryPath;
        _file = file;
        _hold = FileHold.TryTake(temporaryPath);
        Reader = FileImageReader.Open(WritePath);
    }

    /// <inheritdoc/>
    public FileImageReader Reader { get; private set; }

    private string DestinationPath => Path.Combine(_folder.HeldPath, _name);

    private string WritePath => FormattableString.Invariant($"/proc/{Environment.ProcessId}/fd/{UnixFileOpening.Descriptor(_file.SafeFileHandle)}");

    /// <summary>Makes the file beside its destination.</summary>
    /// <param name="path">The full path of the destination.</param>
    /// <param name="replace">Whether a regular file that is there may be replaced.</param>
    /// <returns>The file; the caller disposes of it.</returns>
    /// <exception cref="PathNotFoundException">There is no such folder.</exception>
    /// <exception cref="DestinationExistsException">The destination is there, and is not to be replaced.</exception>
    /// <exception cref="DestinationUnwritableException">It cannot be made.</exception>
    /// <exception cref="NoSpaceException">The file system is full.</exception>
    public static StagedFile Create(string path, bool replace)
    {
        string name = Path.GetFileName(path);
        if (!OperatingSystem.IsLinux() || name is "" or "." or "..")
        {
            throw new DestinationUnwritableException(path, OperatingSystem.IsLinux() ? "It is a folder." : "Only on Linux a file is written through the root helper.");
        }

        TrustedPath folder = Folder(path);
        try
        {
            string destination = Path.Combine(folder.HeldPath, name);
            FileIdentity? existing = FileIdentity.OfLink(destination);
            if (existing is { IsRegularFile: false, IsLink: false })
            {
                throw new DestinationUnwritableException(path, "It is not a regular file.");
            }

            if (existing is not null && !replace)
            {
                throw new DestinationExistsException(path);
            }

            Sweep(folder.HeldPath);
            string temporary = Path.Combine(folder.HeldPath, TemporaryName.New(TemporaryName.Hidden, TemporaryName.Partial));
            var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, UnixCreateMode = OwnerOnly });
            try
            {
                return new StagedFile(folder, name, replace, temporary, file);
            }
            catch
            {
                file.Dispose();
                File.Delete(temporary);
                throw;
            }
        }
        catch (Exception e)
        {
            folder.Dispose();
            throw Explain(e, path, folder.RealPath);
        }
    }

    /// <inheritdoc/>
    public void Greet(Stream output)
    {
        FileServing.Write(output, LookAgain());
        FileServing.Write(output, new StagedRoom(WritePath, DiskSpace.AvailableBytes(_folder.HeldPath), DiskSpace.MountPointOf(_folder.RealPath), FileIdentity.OfLink(DestinationPath)));
    }

    /// <inheritdoc/>
    public ServedFile LookAgain()
    {
        Reader.Dispose();
        Reader = FileImageReader.Open(WritePath);
        return OpenedFile.Describe(Reader);
    }

    /// <inheritdoc/>
    public ServedFile? Commit()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isSettled, this);
            string path = Path.Combine(_folder.RealPath, _name);
            try
            {
                FileSync.Flush(_file.SafeFileHandle);
                if (!IsOurs())
                {
                    throw new DestinationUnwritableException(path, "The file beside it was taken away while it was written.");
                }

                TakeOverOwner();
                if (!_replace)
                {
                    _isSettled = AtomicMove.TryMove(_temporaryPath, DestinationPath) ? true : throw new DestinationExistsException(path);
                }
                else
                {
                    File.Move(_temporaryPath, DestinationPath, overwrite: true);
                    _isSettled = true;
                }
            }
            catch (Exception e)
            {
                throw Explain(e, path, _folder.RealPath);
            }

            FolderFlush.Of(DestinationPath);
            return LookAgain();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isSettled && IsOurs())
            {
                File.Delete(_temporaryPath);
            }

            _isSettled = true;
            _hold?.Dispose();
            Reader.Dispose();
            _file.Dispose();
            _folder.Dispose();
        }
    }

    /// <summary>As where a tool writes over a file: it stays its owner's, and as open to others as it was. A new one is root's alone.</summary>
    private void TakeOverOwner()
    {
        if (OperatingSystem.IsWindows() || !_replace || FileIdentity.OfLink(DestinationPath) is not { IsRegularFile: true } existing)
        {
            return;
        }

        if (ChangeOwner(_file.SafeFileHandle, existing.OwnerId ?? 0, existing.GroupId ?? 0) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }

        File.SetUnixFileMode(_file.SafeFileHandle, File.GetUnixFileMode(DestinationPath) & PlainMode);
    }

    private bool IsOurs() =>
        StatX.TryLook(UnixFileOpening.Descriptor(_file.SafeFileHandle), out FileIdentity? ours) == 0
        && FileIdentity.OfLink(_temporaryPath) is { } there
        && FileIdentity.AreSame(ours!, there);

    private static TrustedPath Folder(string path)
    {
        string parent = Path.GetDirectoryName(path) ?? "/";
        try
        {
            TrustedPath folder = TrustedPath.Walk(parent);
            if (folder.Identity is { Kind: FileKind.Folder })
            {
                return folder;
            }

            folder.Dispose();
            throw new PathNotFoundException(parent);
        }
        catch (ImageUnreadableException e)
        {
            throw new DestinationUnwritableException(path, e.Reason, e);
        }
    }

    /// <summary>What another of these left: named by a process that is gone, root's, and held by nobody.</summary>
    private static void Sweep(string folder)
    {
        foreach (string left in Directory.EnumerateFiles(folder, TemporaryName.Hidden + "*" + TemporaryName.Partial))
        {
            if (TemporaryName.OwnerOf(Path.GetFileName(left)) is { IsAlive: false }
                && FileIdentity.OfLink(left) is { IsRegularFile: true, OwnerId: 0 }
                && !FileHold.IsHeld(left))
            {
                File.Delete(left);
            }
        }
    }

    private static Exception Explain(Exception e, string path, string folder) => e switch
    {
        IOException io when DiskSpace.IsNoSpace(io) => new NoSpaceException(DiskSpace.MountPointOf(folder), e),
        IOException or UnauthorizedAccessException => new DestinationUnwritableException(path, e.Message, e),
        _ => e,
    };

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(SafeFileHandle file, uint owner, uint group);
}
