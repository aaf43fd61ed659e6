using System.ComponentModel;
using System.Diagnostics;

namespace ImageUtils.Processes;

/// <summary>Ends a program and everything it started: a signal, a short wait, then the kill.</summary>
internal sealed class ProcessStopper
{
    /// <summary>How long a program may tidy up after the signal.</summary>
    public static readonly TimeSpan GraceTime = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan PollTime = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a root helper may take to pass a signal on: rootwrap is a Python of its own for each.</summary>
    private static readonly TimeSpan RootPatience = TimeSpan.FromSeconds(15);

    /// <summary>How long a root helper may take to start anything; one that waits for a password never does.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(2);

    private readonly Func<string, int, Task> _signalAsRoot;

    /// <summary>Makes it.</summary>
    /// <param name="signalAsRoot">Sends a signal (<c>-TERM</c>) to a process id through the root helper.</param>
    public ProcessStopper(Func<string, int, Task> signalAsRoot) => _signalAsRoot = signalAsRoot;

    /// <summary>Ends a process with its tree.</summary>
    /// <param name="process">The process we started.</param>
    /// <param name="exited">Its end.</param>
    /// <param name="isBehindRootHelper">True: it is a wrapper around a program of root.</param>
    /// <returns>True where it is gone.</returns>
    public async Task<bool> StopAsync(Process process, Task exited, bool isBehindRootHelper)
    {
        IReadOnlyList<RunningProcess> below = ProcessTree.Below(process.Id);
        if (isBehindRootHelper)
        {
            below = await StopBehindRootHelperAsync(process, exited, below).ConfigureAwait(false);
        }
        else if (!OperatingSystem.IsWindows() && !exited.IsCompleted)
        {
            UnixSignal.Send(process.Id, UnixSignal.Interrupt);
            await WaitAsync(exited, GraceTime).ConfigureAwait(false);
        }

        if (!exited.IsCompleted)
        {
            KillTree(process);
        }

        // What the child left to init when it obeyed the signal.
        foreach (RunningProcess orphan in below.Where(ProcessTree.IsAlive))
        {
            UnixSignal.Send(orphan.Id, UnixSignal.Kill);
        }

        bool isGone = await WaitAsync(exited, KillTime).ConfigureAwait(false);

        // A killed process is still there for a moment; whoever looks after us shall not find it.
        for (var watch = Stopwatch.StartNew(); below.Any(ProcessTree.IsAlive) && watch.Elapsed < KillTime;)
        {
            await Task.Delay(PollTime).ConfigureAwait(false);
        }

        return isGone;
    }

    /// <summary>Waits for a task, but not for long.</summary>
    /// <param name="task">The task.</param>
    /// <param name="limit">How long.</param>
    /// <returns>True where it ended.</returns>
    public static async Task<bool> WaitAsync(Task task, TimeSpan limit)
    {
        await Task.WhenAny(task, Task.Delay(limit)).ConfigureAwait(false);
        return task.IsCompleted;
    }

    /// <summary>
    /// The wrapper belongs to root too, and killing it would leave its child behind: the child is ended through the root
    /// helper, and the wrapper ends with it. Only leaves: rootwrap's KillFilter allows the tool's own process, not its wrapper's.
    /// </summary>
    private async Task<IReadOnlyList<RunningProcess>> StopBehindRootHelperAsync(Process process, Task exited, IReadOnlyList<RunningProcess> below)
    {
        string signal = "-TERM";
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < RootPatience; signal = "-KILL")
        {
            foreach (RunningProcess leaf in ProcessTree.Leaves(below).Where(ProcessTree.IsAlive))
            {
                await _signalAsRoot(signal, leaf.Id).ConfigureAwait(false);
            }

            if (await WaitAsync(exited, GraceTime).ConfigureAwait(false) || (below.Count == 0 && watch.Elapsed > StartPatience))
            {
                break;
            }

            // A root helper that was slow may have started the program only now, which would make its files after we removed ours.
            below = [.. below.Union(ProcessTree.Below(process.Id)).Where(ProcessTree.IsAlive)];
        }

        return below;
    }

    private static void KillTree(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException or NotSupportedException)
        {
            // It ended meanwhile, or a part of the tree is root's.
        }
    }
}
