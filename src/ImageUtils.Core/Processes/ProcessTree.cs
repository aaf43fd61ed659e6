using System.Globalization;

namespace ImageUtils.Processes;

/// <summary>
/// Finds the processes below one. Needed before a signal is sent: once the child is gone, its own children belong to
/// init and nothing tells whose they were.
/// </summary>
internal static class ProcessTree
{
    private const int ParentField = 1;
    private const int StartTimeField = 19;

    /// <summary>Lists every process below one.</summary>
    /// <param name="processId">The process at the top; not part of the list.</param>
    /// <returns>Parents before their children; empty where the system has no /proc.</returns>
    public static IReadOnlyList<RunningProcess> Below(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        ILookup<int, RunningProcess> children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? Read(id) : null)
            .OfType<RunningProcess>()
            .ToLookup(process => process.ParentId);
        var found = new List<RunningProcess>(children[processId]);
        for (int i = 0; i < found.Count; i++)
        {
            found.AddRange(children[found[i].Id]);
        }

        return found;
    }

    /// <summary>The processes of a list that have no child in it: behind a root helper, the program itself.</summary>
    /// <param name="processes">The list.</param>
    /// <returns>Its leaves.</returns>
    public static IEnumerable<RunningProcess> Leaves(IReadOnlyList<RunningProcess> processes) =>
        processes.Where(process => processes.All(other => other.ParentId != process.Id));

    /// <summary>Tells whether a process still runs.</summary>
    /// <param name="process">The process.</param>
    /// <returns>False where it is gone or only waits for its parent to notice.</returns>
    public static bool IsAlive(RunningProcess process) => Read(process.Id)?.StartTime == process.StartTime;

    /// <summary>Reads one process.</summary>
    /// <param name="processId">Its id.</param>
    /// <returns>The process; null: gone, or a zombie.</returns>
    public static RunningProcess? Read(int processId)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));

            // The second field is the program's name in parentheses, with whatever characters it likes.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new RunningProcess(
                    processId,
                    int.Parse(fields[ParentField], CultureInfo.InvariantCulture),
                    ulong.Parse(fields[StartTimeField], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
