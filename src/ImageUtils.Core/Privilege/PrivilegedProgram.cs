using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Privilege;

/// <summary>
/// The program that reads for us behind the root helper. It must be root's own, with all that it loads: a rule that lets a
/// user run as root what that user can change gives root away.
/// </summary>
internal static class PrivilegedProgram
{
    /// <summary>The program's name.</summary>
    public const string Name = "imageutils";

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private static readonly string[] Folders = ["/usr/local/bin", "/usr/bin", "/opt/imageutils/bin"];

    /// <summary>Finds the program: the one that runs, the one on PATH, or one where such programs are installed.</summary>
    /// <param name="processes">Looks on PATH.</param>
    /// <param name="rootHelper">The words of the root helper, for the error.</param>
    /// <returns>The full path, without links.</returns>
    /// <exception cref="RootHelperUnavailableException">There is none, or none that only root can change.</exception>
    public static string Find(IProcessRunner processes, IReadOnlyList<string> rootHelper)
    {
        string? running = Environment.ProcessPath;
        string?[] candidates =
        [
            string.Equals(Path.GetFileName(running), Name, StringComparison.Ordinal) ? running : null,
            processes.Find(Name),
            .. Folders.Select(folder => Path.Combine(folder, Name)),
        ];
        string? trouble = null;
        foreach (string path in candidates.Where(File.Exists).Select(path => Storage.RealPath.Of(path!)).Distinct(StringComparer.Ordinal))
        {
            string? reason = WhyNotTrusted(path);
            if (reason is null)
            {
                return path;
            }

            trouble ??= $"'{path}' is not safe to run as root: {reason}";
        }

        throw new RootHelperUnavailableException(string.Join(' ', rootHelper), trouble ?? $"The program '{Name}', which reads for root, was not found.")
        {
            RecommendedAction = $"Let root install {Name} where only root can write, for example in {Folders[2]}, with a rule of the root helper (imageutils rootwrap-filters, imageutils sudoers).",
        };
    }

    /// <summary>Says who else could change a program.</summary>
    /// <param name="path">The full path, without links.</param>
    /// <returns>The reason; null: root alone.</returns>
    public static string? WhyNotTrusted(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        try
        {
            for (string? current = path; current is not null; current = Path.GetDirectoryName(current))
            {
                if (WhyChangeable(current, isAbove: !string.Equals(current, path, StringComparison.Ordinal) && !string.Equals(current, folder, StringComparison.Ordinal)) is { } reason)
                {
                    return reason;
                }
            }

            // What it loads stands beside it.
            return Directory.EnumerateFiles(folder, "*.dll").Concat(Directory.EnumerateFiles(folder, "*.json")).Concat(Directory.EnumerateFiles(folder, "*.so"))
                .Select(file => WhyChangeable(file, isAbove: false))
                .FirstOrDefault(reason => reason is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ImageUnreadableException)
        {
            return e.Message;
        }
    }

    private static string? WhyChangeable(string path, bool isAbove)
    {
        if (OperatingSystem.IsWindows())
        {
            return "there is no root helper on Windows.";
        }

        UnixFileMode mode = File.GetUnixFileMode(path);

        // In a folder like /tmp nobody can rename what is root's.
        bool isWritable = (mode & WritableByOthers) != UnixFileMode.None && !(isAbove && mode.HasFlag(UnixFileMode.StickyBit));
        return Storage.FileIdentity.OfLink(path)?.OwnerId is not 0
            ? $"'{path}' is not owned by root."
            : isWritable ? $"others may write '{path}'." : null;
    }
}
