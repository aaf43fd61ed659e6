using System.Runtime.InteropServices;

namespace ImageUtils.Processes;

/// <summary>kill(2).</summary>
internal static partial class UnixSignal
{
    /// <summary>SIGINT, what Ctrl+C sends.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGKILL, which nobody can ignore.</summary>
    public const int Kill = 9;

    /// <summary>Sends a signal; a process that is gone or not ours is no error.</summary>
    /// <param name="processId">The process; must be above 1, the others mean groups or everybody.</param>
    /// <param name="signal">The signal.</param>
    public static void Send(int processId, int signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(processId, 1);
        _ = SendSignal(processId, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
