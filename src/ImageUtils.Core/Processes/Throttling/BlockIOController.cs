namespace ImageUtils.Processes;

/// <summary>Where the kernel's controller of block I/O is to be had: in a hierarchy of its own (cgroup v1, blkio) or in the common one (cgroup v2, io).</summary>
/// <param name="Folder">The mount point of the hierarchy.</param>
/// <param name="IsUnified">True for cgroup v2.</param>
internal sealed record BlockIOController(string Folder, bool IsUnified)
{
    private const int MountPointField = 4;
    private const string OldName = "blkio";
    private const string UnifiedName = "io";

    /// <summary>The controller's name for cgexec. cinder says blkio for both, which no cgroup v2 knows.</summary>
    public string Name => IsUnified ? UnifiedName : OldName;

    /// <summary>Finds the controller. The kernel gives it to one hierarchy only, and to the old one where that is mounted.</summary>
    /// <param name="processFolder">Where the kernel describes its processes.</param>
    /// <returns>The controller; null: there is none here.</returns>
    public static BlockIOController? Find(string processFolder = "/proc")
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(processFolder, "self/mountinfo"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        (string Point, string Kind, string Options)[] mounts = [.. lines.Select(Parse).OfType<(string, string, string)>()];
        foreach ((string point, string kind, string options) in mounts)
        {
            if (string.Equals(kind, "cgroup", StringComparison.Ordinal) && options.Split(',').Contains(OldName, StringComparer.Ordinal))
            {
                return new BlockIOController(point, IsUnified: false);
            }
        }

        string? unified = mounts.Where(mount => string.Equals(mount.Kind, "cgroup2", StringComparison.Ordinal)).Select(mount => mount.Point).FirstOrDefault(HasController);
        return unified is null ? null : new BlockIOController(unified, IsUnified: true);
    }

    /// <summary>A line of mountinfo (proc(5)): six fields, some optional ones, a dash, then kind, source and options of the file system.</summary>
    private static (string Point, string Kind, string Options)? Parse(string line)
    {
        string[] fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-");
        return dash > MountPointField && fields.Length > dash + 3
            ? (fields[MountPointField].Replace("\\040", " ", StringComparison.Ordinal), fields[dash + 1], fields[dash + 3])
            : null;
    }

    private static bool HasController(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cgroup.controllers")).Split((char[])[' ', '\n']).Contains(UnifiedName, StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
