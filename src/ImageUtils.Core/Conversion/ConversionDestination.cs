using ImageUtils.Errors;
using ImageUtils.Services.Local;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>What must be true of a destination before any work.</summary>
internal static class ConversionDestination
{
    /// <summary>Checks a destination. Whether a file that is there may be overwritten is <see cref="PartialFile"/>'s question.</summary>
    /// <param name="sourcePath">The source.</param>
    /// <param name="destinationPath">The destination.</param>
    /// <exception cref="DestinationIsSourceException">They are one file, also through a link.</exception>
    /// <exception cref="DeviceNotFoundException">It is under /dev and not there (cinder: "destination does not exist").</exception>
    /// <exception cref="NotSupportedOperationException">It is a block device.</exception>
    public static void Check(string sourcePath, string destinationPath)
    {
        if (FileIdentity.AreSame(sourcePath, destinationPath))
        {
            throw new DestinationIsSourceException(destinationPath);
        }

        FileIdentity? existing = FileIdentity.Of(destinationPath);
        if (existing is null && IsDevicePath(destinationPath))
        {
            throw new DeviceNotFoundException(destinationPath);
        }

        if (existing is { Kind: FileKind.BlockDevice })
        {
            throw new NotSupportedOperationException($"'{destinationPath}' is a block device; this version writes files only.");
        }
    }

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

    /// <summary>/dev/shm is an ordinary file system under a device's name.</summary>
    private static bool IsDevicePath(string path) =>
        !OperatingSystem.IsWindows()
        && path.StartsWith("/dev/", StringComparison.Ordinal)
        && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);
}
