namespace ImageUtils.Storage;

/// <summary>
/// Finds out who uses a block device, from what the kernel tells: mounted file systems, swap, and devices that are built on
/// it (device-mapper, RAID, a loop device over a loop device). An opening for us alone finds the rest, for example a mount in
/// another container; this says it in words.
/// </summary>
/// <param name="systemFolder">Where the kernel describes its devices.</param>
/// <param name="processFolder">Where the kernel describes its processes.</param>
internal sealed class BlockDeviceUse(string systemFolder = "/sys", string processFolder = "/proc")
{
    private const int MountPointField = 4;
    private const int NumberField = 2;

    /// <summary>Finds a use of a device or of a part of it.</summary>
    /// <param name="device">The device.</param>
    /// <returns>Who uses it, as a sentence; null: nobody that is known.</returns>
    public string? Find(BlockDevice device)
    {
        string folder = RealPath.Of(BlockDevice.FolderOf(device.Number, systemFolder));
        (string Number, string Folder)[] parts = [(device.Number, folder), .. Partitions(folder)];
        HashSet<string> numbers = [.. parts.Select(part => part.Number)];
        return FindMount(numbers) ?? FindSwap(numbers) ?? parts.Select(part => FindHolder(part.Folder)).FirstOrDefault(found => found is not null);
    }

    private static IEnumerable<(string Number, string Folder)> Partitions(string folder)
    {
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (string part in Directory.EnumerateDirectories(folder).Where(part => File.Exists(Path.Combine(part, "partition"))))
        {
            yield return (File.ReadAllText(Path.Combine(part, "dev")).TrimEnd('\n'), part);
        }
    }

    private static string? FindHolder(string folder)
    {
        string holders = Path.Combine(folder, "holders");
        string? holder = Directory.Exists(holders) ? Directory.EnumerateFileSystemEntries(holders).FirstOrDefault() : null;
        return holder is null ? null : $"'{Path.GetFileName(holder)}' is built on it.";
    }

    /// <summary>The lines of /proc/self/mountinfo (proc(5)); a file system of several devices names one of them as its source.</summary>
    private string? FindMount(HashSet<string> numbers)
    {
        foreach (string line in Lines("self/mountinfo"))
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            if (fields.Length <= MountPointField || separator < 0)
            {
                continue;
            }

            string source = fields.Length > separator + 2 ? fields[separator + 2] : string.Empty;
            if (numbers.Contains(fields[NumberField]) || IsOneOf(source, numbers))
            {
                return $"it is mounted on {fields[MountPointField]}.";
            }
        }

        return null;
    }

    private string? FindSwap(HashSet<string> numbers) =>
        Lines("swaps").Skip(1).Any(line => IsOneOf(line.Split(' ', '\t')[0], numbers)) ? "it is swap space." : null;

    private static bool IsOneOf(string path, HashSet<string> numbers) =>
        path.StartsWith('/') && FileIdentity.TryOf(path) is { Kind: FileKind.BlockDevice } identity && numbers.Contains(BlockDevice.NumberText(identity.DeviceNumber));

    private string[] Lines(string name)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(processFolder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No such list here: the opening for us alone still decides.
            return [];
        }
    }
}
