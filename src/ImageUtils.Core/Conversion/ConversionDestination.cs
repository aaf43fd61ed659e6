using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services.Local;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>What must be true of a destination before any work.</summary>
internal static class ConversionDestination
{
    /// <summary>Checks a destination. Whether a file that is there may be overwritten is <see cref="PartialFile"/>'s question.</summary>
    /// <param name="sourcePath">The source.</param>
    /// <param name="destinationPath">The destination.</param>
    /// <param name="asRoot">What the source is, where only root may look at it; else null.</param>
    /// <param name="isHidden">True where the destination's folder is root's, and only root sees what is in it (<see cref="RootFileTarget"/>).</param>
    /// <exception cref="DestinationIsSourceException">They are one file or device, also through a link, or one is a part of the other.</exception>
    /// <exception cref="DeviceNotFoundException">It is under /dev, and no block device is there (cinder: "destination does not exist").</exception>
    public static void Check(string sourcePath, string destinationPath, FileIdentity? asRoot = null, bool isHidden = false)
    {
        bool isSame = asRoot is null && !isHidden
            ? FileIdentity.AreSame(sourcePath, destinationPath)
            : FileIdentity.TryOf(destinationPath) is { } there && (asRoot ?? FileIdentity.TryOf(sourcePath)) is { } source && FileIdentity.AreSame(source, there);
        if (isSame || AreParts(sourcePath, destinationPath, asRoot))
        {
            throw new DestinationIsSourceException(destinationPath);
        }

        RequireDevice(destinationPath);
    }

    /// <summary>Refuses a name under /dev where no block device is: a file would be made among the devices.</summary>
    /// <param name="path">The destination.</param>
    /// <exception cref="DeviceNotFoundException">There is none.</exception>
    public static void RequireDevice(string path)
    {
        if (IsDevicePath(path) && !IsDevice(path))
        {
            throw new DeviceNotFoundException(path)
            {
                RecommendedAction = FileIdentity.TryOf(path) is null ? null : "There is something of that name, but it is no block device.",
            };
        }
    }

    /// <summary>Tells whether a destination is a block device.</summary>
    /// <param name="path">The destination.</param>
    /// <returns>True where it is.</returns>
    public static bool IsDevice(string path) => FileIdentity.TryOf(path) is { Kind: FileKind.BlockDevice };

    /// <summary>Opens a destination; nothing of it is changed.</summary>
    /// <param name="request">The volume.</param>
    /// <param name="context">The ports; its log hears what is odd about it.</param>
    /// <returns>The target; the caller disposes of it.</returns>
    /// <exception cref="ImageUtilsException">It cannot be written, or not as the request says.</exception>
    public static IConversionTarget Open(VolumeRequest request, OperationContext context)
    {
        bool needsRoot = NeedsRoot(request, context);
        if (!IsDevice(request.DestinationPath))
        {
            return needsRoot ? RootFileTarget.Open(request.DestinationPath, request.Force, context) : new FileTarget(request.DestinationPath, request.Force);
        }

        return needsRoot
            ? DeviceTarget.OpenAsRoot(request.DestinationPath, request.Force, context)
            : DeviceTarget.Open(request.DestinationPath, request.Force, context.Log);
    }

    /// <summary>Tells whether only root may write the destination, or its folder, and the root helper may be used.</summary>
    /// <param name="request">The volume.</param>
    /// <param name="context">The ports.</param>
    /// <returns>True where the root helper is needed.</returns>
    public static bool NeedsRoot(VolumeRequest request, OperationContext context) =>
        request.RunAsRoot
        && context.Processes.UsesRootHelper
        && (IsDevice(request.DestinationPath) ? DeviceTarget.IsDenied(request.DestinationPath) : FolderAccess.IsDenied(Path.GetDirectoryName(request.DestinationPath) ?? "/"));

    /// <summary>Refuses to write over what the local image service keeps: its records would not be true any more.</summary>
    /// <param name="destinationPath">The destination.</param>
    /// <param name="servicePath">The folder of the service.</param>
    /// <exception cref="DestinationUnwritableException">It is a lock of the service, or a file of an image.</exception>
    public static void RefuseImageService(string destinationPath, string servicePath)
    {
        if (new LocalImageFolder(servicePath).Keeps(destinationPath))
        {
            throw new DestinationUnwritableException(destinationPath, $"It is a file of the image service {servicePath}; publish the image to change it.");
        }
    }

    /// <summary>Names the free space that is missing, where it is known beforehand.</summary>
    /// <param name="destinationPath">The destination.</param>
    /// <param name="requiredBytes">The least that is needed.</param>
    /// <exception cref="NoSpaceException">There is less.</exception>
    public static void CheckSpace(string destinationPath, long requiredBytes)
    {
        if (requiredBytes > DiskSpace.AvailableBytes(destinationPath))
        {
            throw NoSpace(destinationPath, cause: null);
        }
    }

    /// <summary>Says that the destination's file system is full, in cinder's words.</summary>
    /// <param name="destinationPath">The destination.</param>
    /// <param name="cause">What it came from.</param>
    /// <returns>The exception.</returns>
    public static NoSpaceException NoSpace(string destinationPath, Exception? cause) => new(DiskSpace.MountPointOf(destinationPath), cause)
    {
        RecommendedAction = "Free some space there, or write to another file system.",
    };

    /// <summary>A partition and its disk, and a loop device and the file behind it, share their bytes.</summary>
    private static bool AreParts(string sourcePath, string destinationPath, FileIdentity? asRoot)
    {
        BlockDevice? source = BlockDevice.Look(sourcePath);
        BlockDevice? destination = BlockDevice.Look(destinationPath);
        return (source is not null && destination is not null && source.Overlaps(destination))
            || (destination?.LoopFile is { } behindDestination && IsSame(sourcePath, asRoot ?? FileIdentity.TryOf(sourcePath), behindDestination))
            || (source?.LoopFile is { } behindSource && IsSame(destinationPath, FileIdentity.TryOf(destinationPath), behindSource));
    }

    /// <summary>The file behind a loop device may lie where this user must not look; then its name decides.</summary>
    private static bool IsSame(string path, FileIdentity? identity, string loopFile) => identity is not null && FileIdentity.TryOf(loopFile) is { } behind
        ? FileIdentity.AreSame(identity, behind)
        : string.Equals(RealPath.Of(path), loopFile, StringComparison.Ordinal);

    /// <summary>/dev/shm is an ordinary file system under a device's name.</summary>
    private static bool IsDevicePath(string path) =>
        !OperatingSystem.IsWindows()
        && path.StartsWith("/dev/", StringComparison.Ordinal)
        && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);
}
