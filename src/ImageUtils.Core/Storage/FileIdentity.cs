using ImageUtils.Storage.Linux;
using ImageUtils.Storage.Windows;

namespace ImageUtils.Storage;

/// <summary>What the file system knows of a name: which file it is, of what kind, and the space it takes.</summary>
/// <param name="Device">The file system; 0 where the system does not say.</param>
/// <param name="Inode">The file within it; 0 where the system does not say.</param>
/// <param name="Kind">The kind of file.</param>
/// <param name="AllocatedBytes">The space it takes on its file system.</param>
public sealed record FileIdentity(ulong Device, ulong Inode, FileKind Kind, long AllocatedBytes)
{
    /// <summary>The number of the user it belongs to; null where the system does not say (all but Linux).</summary>
    public uint? OwnerId { get; init; }

    /// <summary>The number of the group it belongs to; null where the system does not say (all but Linux).</summary>
    public uint? GroupId { get; init; }

    /// <summary>For a device, which one it is: the major number in the upper half, the minor in the lower. Else 0.</summary>
    public ulong DeviceNumber { get; init; }

    /// <summary>True for a plain file.</summary>
    public bool IsRegularFile => Kind == FileKind.Regular;

    /// <summary>True for a symbolic link (only where the link itself was asked for).</summary>
    public bool IsLink => Kind == FileKind.Link;

    /// <summary>Looks at what a path leads to, through links.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What is there; null: nothing.</returns>
    /// <exception cref="Errors.ImageUnreadableException">The system refuses to look.</exception>
    public static FileIdentity? Of(string path) => Look(path, followLinks: true);

    /// <summary>Looks at what a path leads to, and takes a refusal for nothing.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What is there; null: nothing that may be looked at.</returns>
    public static FileIdentity? TryOf(string path)
    {
        try
        {
            return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? null : Of(path);
        }
        catch (Exception exception) when (exception is Errors.ImageUnreadableException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Looks at the name itself; a link is a link, also a dangling one.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What is there; null: nothing.</returns>
    /// <exception cref="Errors.ImageUnreadableException">The system refuses to look.</exception>
    public static FileIdentity? OfLink(string path) => Look(path, followLinks: false);

    /// <summary>Tells whether two paths lead to one file, through links of either kind.</summary>
    /// <param name="one">A path.</param>
    /// <param name="other">Another path.</param>
    /// <returns>True where they do; false also where one of them is not there.</returns>
    public static bool AreSame(string one, string other)
    {
        FileIdentity? first = Of(one);
        FileIdentity? second = Of(other);
        if (first is null || second is null)
        {
            return false;
        }

        return first.Inode != 0 || first.DeviceNumber != 0
            ? AreSame(first, second)
            : string.Equals(FinalPath(one), FinalPath(other), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Tells whether two things that the system looked at are one file or one device.</summary>
    /// <param name="first">One.</param>
    /// <param name="second">Another.</param>
    /// <returns>True where they are.</returns>
    public static bool AreSame(FileIdentity first, FileIdentity second) =>
        first.Kind == FileKind.BlockDevice && second.Kind == FileKind.BlockDevice && first.DeviceNumber != 0
            ? first.DeviceNumber == second.DeviceNumber // A device may have many nodes.
            : first.Inode != 0 && first.Inode == second.Inode && first.Device == second.Device;

    private static string FinalPath(string path) =>
        Path.GetFullPath(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);

    private static FileIdentity? Look(string path, bool followLinks)
    {
        if (OperatingSystem.IsLinux())
        {
            return StatX.Look(path, followLinks);
        }

        var file = new FileInfo(path);
        if (file.LinkTarget is not null)
        {
            if (!followLinks)
            {
                return new FileIdentity(0, 0, FileKind.Link, 0);
            }

            file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
        }

        if (!file.Exists)
        {
            return Directory.Exists(path) ? new FileIdentity(0, 0, FileKind.Folder, 0) : null;
        }

        (ulong device, ulong inode) = OperatingSystem.IsWindows() ? FileIndex.Of(file.FullName) : (0UL, 0UL);
        FileKind kind = file.Attributes.HasFlag(FileAttributes.Device) ? FileKind.Other : FileKind.Regular;
        return new FileIdentity(device, inode, kind, file.Length);
    }
}
