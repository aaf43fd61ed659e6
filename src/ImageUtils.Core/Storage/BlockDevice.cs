using System.Globalization;
using ImageUtils.Errors;

namespace ImageUtils.Storage;

/// <summary>A block device as the kernel knows it. Two of them are equal where nothing was exchanged in between.</summary>
/// <param name="Number">Its number, <c>major:minor</c>.</param>
/// <param name="SizeBytes">Its size in bytes.</param>
/// <param name="Sequence">Counts up when a medium is exchanged or a loop device gets another file (Linux 5.15); null where the kernel does not say.</param>
public sealed record BlockDevice(string Number, long SizeBytes, long? Sequence)
{
    private const long KernelSector = 512;

    /// <summary>True where nobody may write it.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The number of the whole disk that this is a partition of; null: it is none.</summary>
    public string? DiskNumber { get; init; }

    /// <summary>The full path of the file behind a loop device; null: it is none.</summary>
    public string? LoopFile { get; init; }

    /// <summary>Looks at a device, through links.</summary>
    /// <param name="path">The path.</param>
    /// <param name="systemFolder">Where the kernel describes its devices.</param>
    /// <returns>The device; null: there is no block device, or the system does not say (all but Linux).</returns>
    public static BlockDevice? Look(string path, string systemFolder = "/sys") =>
        OperatingSystem.IsLinux() && FileIdentity.TryOf(path) is { Kind: FileKind.BlockDevice } identity
            ? LookAt(NumberText(identity.DeviceNumber), systemFolder)
            : null;

    /// <summary>The device on which a file lies, or which a device file stands for: always the whole disk, since that is what is limited.</summary>
    /// <param name="path">The file or device.</param>
    /// <param name="systemFolder">Where the kernel describes its devices.</param>
    /// <returns>The number, <c>major:minor</c>; null: it lies on no block device, as with network file systems and memory.</returns>
    public static string? DiskOf(string path, string systemFolder = "/sys")
    {
        if (!OperatingSystem.IsLinux() || FileIdentity.TryOf(path) is not { } identity || identity.Kind == FileKind.CharacterDevice)
        {
            return null;
        }

        string number = NumberText(identity.Kind == FileKind.BlockDevice ? identity.DeviceNumber : identity.Device);
        string folder = FolderOf(number, systemFolder);
        return Directory.Exists(folder) ? DiskOfPartition(folder) ?? number : null;
    }

    /// <summary>Tells whether two devices share bytes: they are one, or one is a partition of the other.</summary>
    /// <param name="other">The other device.</param>
    /// <returns>True where they do.</returns>
    public bool Overlaps(BlockDevice other) =>
        string.Equals(Number, other.Number, StringComparison.Ordinal)
        || string.Equals(DiskNumber, other.Number, StringComparison.Ordinal)
        || string.Equals(Number, other.DiskNumber, StringComparison.Ordinal);

    /// <summary>The folder in which the kernel describes a device.</summary>
    /// <param name="number">The device.</param>
    /// <param name="systemFolder">The folder of the kernel.</param>
    /// <returns>The folder; it may not be there.</returns>
    internal static string FolderOf(string number, string systemFolder) => Path.Combine(systemFolder, "dev/block", number);

    /// <summary>Writes a device number as the kernel does.</summary>
    /// <param name="number">Major number in the upper half, minor in the lower.</param>
    /// <returns><c>major:minor</c>.</returns>
    internal static string NumberText(ulong number) => string.Create(CultureInfo.InvariantCulture, $"{number >> 32}:{number & uint.MaxValue}");

    private static BlockDevice? LookAt(string number, string systemFolder)
    {
        string folder = FolderOf(number, systemFolder);
        if (ReadNumber(folder, "size") is not { } sectors || sectors > long.MaxValue / KernelSector)
        {
            return null;
        }

        return new BlockDevice(number, sectors * KernelSector, ReadNumber(folder, "diskseq") ?? ReadNumber(folder, "../diskseq"))
        {
            IsReadOnly = ReadNumber(folder, "ro") == 1,
            DiskNumber = DiskOfPartition(folder),
            LoopFile = Read(folder, "loop/backing_file"),
        };
    }

    // The entries of dev/block are links; behind them a partition's folder stands in its disk's.
    private static string? DiskOfPartition(string folder) => File.Exists(Path.Combine(folder, "partition")) ? Read(folder, "../dev") : null;

    private static long? ReadNumber(string folder, string name) =>
        long.TryParse(Read(folder, name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string? Read(string folder, string name)
    {
        try
        {
            // The kernel resolves ".." behind the link; .NET would take it away before.
            string real = Path.Combine(RealPath.Of(folder), name);
            return File.Exists(real) ? File.ReadAllText(real).TrimEnd('\n') : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUnreadableException)
        {
            return null;
        }
    }
}
