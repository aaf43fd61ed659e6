using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace FakeTool;

/// <summary>The commands that do not end as they should.</summary>
internal static partial class Trouble
{
    public static int DieBySignal(int signal)
    {
        _ = Kill(Environment.ProcessId, signal);
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>Says its process id and sleeps for ever.</summary>
    public static int Hang(bool ignoreSignals)
    {
        PosixSignalRegistration[] registrations = ignoreSignals ? IgnoreSignals() : [];
        Say(Environment.ProcessId);
        Thread.Sleep(Timeout.Infinite);
        GC.KeepAlive(registrations);
        return 0;
    }

    /// <summary>Ends at once, but leaves a process behind that holds the pipes: <c>hang</c>, or <c>flood</c> without end.</summary>
    public static int LeaveGrandchild(string command)
    {
        StartSelf(command);
        return 0;
    }

    /// <summary>Starts a child with one command and becomes the other itself.</summary>
    public static int Tree(string child, string self)
    {
        StartSelf(child);
        return Hang(ignoreSignals: self == "ignore");
    }

    public static int Burn()
    {
        Say(Environment.ProcessId);
        while (true)
        {
            Thread.SpinWait(1000);
        }
    }

    /// <summary>Says whether so much memory can be had.</summary>
    public static unsafe int Allocate(long bytes)
    {
        try
        {
            void* memory = NativeMemory.AllocZeroed((nuint)bytes);
            NativeMemory.Free(memory);
            Console.Out.Write("had");
            return 0;
        }
        catch (OutOfMemoryException)
        {
            Console.Out.Write("refused");
            return 1;
        }
    }

    public static PosixSignalRegistration[] IgnoreSignals() =>
        new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }
            .Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))
            .ToArray();

    private static void StartSelf(string command)
    {
        string[] words = command == "flood" ? ["flood", "output", long.MaxValue.ToString(CultureInfo.InvariantCulture)] : [command];
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, words) { UseShellExecute = false })!;
        Say(child.Id);
    }

    private static void Say(int processId)
    {
        Console.Out.Write(string.Create(CultureInfo.InvariantCulture, $"pid={processId};"));
        Console.Out.Flush();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
