using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FakeTool;

/// <summary>Stands for sudo: a wrapper that cannot be signalled and whose child outlives it when it is killed.</summary>
internal static class FakeSudo
{
    public static int Run(string[] words)
    {
        PosixSignalRegistration[] registrations = Trouble.IgnoreSignals();
        using Process child = Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { UseShellExecute = false })!;
        child.WaitForExit();
        GC.KeepAlive(registrations);
        return child.ExitCode;
    }

    public static int Refuse()
    {
        Console.Error.WriteLine("faketool: a password is required");
        return 1;
    }
}
