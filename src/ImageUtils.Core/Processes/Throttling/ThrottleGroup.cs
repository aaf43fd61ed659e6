using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageUtils.Storage;

namespace ImageUtils.Processes;

/// <summary>
/// The control group of one program whose I/O the kernel limits (cinder.volume.throttling). Each use has a group of its own
/// below the one that the options name; as many as there are share the limit, also those of other processes, which see each
/// other by their groups. A use that ended gives its share back; one whose process died is swept by the next.
/// </summary>
internal sealed class ThrottleGroup : IDisposable
{
    /// <summary>The program that starts another one in a group (libcgroup).</summary>
    public const string Launcher = "cgexec";

    private const int RemovalTries = 50;
    private static readonly TimeSpan RemovalPause = TimeSpan.FromMilliseconds(10);

    private readonly BlockIOController _controller;
    private readonly string _parent;
    private readonly string _folder;
    private readonly Action<string> _remove;

    private ThrottleGroup(BlockIOController controller, ThrottleRequest request, Action<string> remove)
    {
        _controller = controller;
        _remove = remove;
        _parent = Path.Combine(controller.Folder, request.GroupName);
        Name = $"{request.GroupName}/{UseName.New(request.BytesPerSecond)}";
        _folder = Path.Combine(controller.Folder, Name);
    }

    /// <summary>The group's name below the hierarchy.</summary>
    public string Name { get; }

    /// <summary>The words that start a program in the group, as in cinder; for systems that have <c>cgexec</c>.</summary>
    public IReadOnlyList<string> Prefix => [Launcher, "-g", $"{_controller.Name}:{Name}"];

    /// <summary>Makes a group with its limits.</summary>
    /// <param name="controller">Where.</param>
    /// <param name="request">What is to be limited.</param>
    /// <param name="remove">Removes an empty group; null: as the kernel wants it.</param>
    /// <returns>The group; the caller disposes of it when the program has ended.</returns>
    /// <exception cref="IOException">The kernel refuses; nothing is left.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not; nothing is left.</exception>
    public static ThrottleGroup Create(BlockIOController controller, ThrottleRequest request, Action<string>? remove = null)
    {
        var group = new ThrottleGroup(controller, request, remove ?? Directory.Delete);
        try
        {
            group.Make(request);
            group.Share();
            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>Puts a process into the group, with the children that it makes from now on.</summary>
    /// <param name="processId">The process.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The caller may not.</exception>
    public void Join(int processId) => Tell(Path.Combine(_folder, "cgroup.procs"), processId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes the group, gives its share to the others, and removes the group above where it was the last.</summary>
    public void Dispose()
    {
        // A program that was killed is still in it for a moment.
        for (int tries = 0; !TryRemove(_folder) && tries < RemovalTries; tries++)
        {
            Thread.Sleep(RemovalPause);
        }

        try
        {
            Share();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The others stay slower than they need be, until the next one comes or goes.
        }

        if (Uses().Length == 0)
        {
            TryRemove(_parent);
        }
    }

    private void Make(ThrottleRequest request)
    {
        if (_controller.IsUnified)
        {
            // A controller reaches the groups below only where each group above passes it on.
            string above = _controller.Folder;
            foreach (string part in request.GroupName.Split('/'))
            {
                Tell(Path.Combine(above, "cgroup.subtree_control"), "+io");
                above = Path.Combine(above, part);
                Directory.CreateDirectory(above);
            }

            Tell(Path.Combine(above, "cgroup.subtree_control"), "+io");
        }

        Directory.CreateDirectory(_folder);
        Limit(_folder, isRead: true, request.ReadDevice, request.BytesPerSecond);
        Limit(_folder, isRead: false, request.WriteDevice, request.BytesPerSecond);
    }

    /// <summary>Divides the limit of each use by their number. Repeated until nobody came or went meanwhile.</summary>
    private void Share()
    {
        string[] uses;
        do
        {
            uses = Uses();
            foreach (string use in uses)
            {
                long share = Math.Max(1, UseName.LimitOf(use) / uses.Length);
                foreach ((bool isRead, string device) in LimitsOf(use))
                {
                    Limit(use, isRead, device, share);
                }
            }
        }
        while (Uses().Length != uses.Length);
    }

    /// <summary>The groups of all uses; those of dead processes are removed.</summary>
    private string[] Uses() => !Directory.Exists(_parent) ? [] : Directory.GetDirectories(_parent)
        .Where(folder => UseName.OwnerOf(folder) is { } owner && (owner.IsAlive || !TryRemove(folder)))
        .Order(StringComparer.Ordinal)
        .ToArray();

    private IEnumerable<(bool IsRead, string Device)> LimitsOf(string folder)
    {
        foreach (string file in _controller.IsUnified ? ["io.max"] : new[] { OldFile(isRead: true), OldFile(isRead: false) })
        {
            string path = Path.Combine(folder, file);
            foreach (string line in (File.Exists(path) ? File.ReadAllLines(path) : []).Distinct(StringComparer.Ordinal))
            {
                string[] words = line.Split(' ');
                bool isRead = _controller.IsUnified ? IsSet(words, "rbps=") : string.Equals(file, OldFile(isRead: true), StringComparison.Ordinal);
                if (isRead)
                {
                    yield return (true, words[0]);
                }

                if (_controller.IsUnified ? IsSet(words, "wbps=") : !isRead)
                {
                    yield return (false, words[0]);
                }
            }
        }
    }

    private static bool IsSet(string[] words, string key) =>
        Array.Exists(words, word => word.StartsWith(key, StringComparison.Ordinal) && !word.EndsWith("=max", StringComparison.Ordinal));

    private void Limit(string folder, bool isRead, string? device, long bytesPerSecond)
    {
        if (device is not null)
        {
            (string file, string key) = _controller.IsUnified ? ("io.max", isRead ? "rbps=" : "wbps=") : (OldFile(isRead), string.Empty);
            Tell(Path.Combine(folder, file), string.Create(CultureInfo.InvariantCulture, $"{device} {key}{bytesPerSecond}"));
        }
    }

    private static string OldFile(bool isRead) => isRead ? "blkio.throttle.read_bps_device" : "blkio.throttle.write_bps_device";

    /// <summary>One setting, one write: the kernel takes what comes in one call for one setting.</summary>
    private static void Tell(string path, string text)
    {
        using var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes(text + "\n"), RandomAccess.GetLength(file));
    }

    private bool TryRemove(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                _remove(folder);
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The name of a use: whose it is, some random digits, and its limit.</summary>
    private static class UseName
    {
        public static string New(long bytesPerSecond) => string.Create(
            CultureInfo.InvariantCulture,
            $"{OwnerMark.Current}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}-{bytesPerSecond}");

        public static OwnerMark? OwnerOf(string folder)
        {
            string[] parts = Path.GetFileName(folder).Split('-');
            return parts.Length == 4 && OwnerMark.TryParse(parts[0], parts[1], out OwnerMark mark) ? mark : null;
        }

        public static long LimitOf(string folder) =>
            long.TryParse(Path.GetFileName(folder).Split('-')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? limit : long.MaxValue;
    }
}
