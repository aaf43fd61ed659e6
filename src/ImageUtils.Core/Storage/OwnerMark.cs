using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ImageUtils.Processes;

namespace ImageUtils.Storage;

/// <summary>
/// Who made a temporary file: a process, told by its id and the time it was started. The id alone would be wrong as soon
/// as the system gives it to somebody else.
/// </summary>
/// <param name="ProcessId">The id.</param>
/// <param name="Started">When it was started, in the system's own count (Linux: ticks since the boot); 0: the system does not say.</param>
internal readonly record struct OwnerMark(int ProcessId, ulong Started)
{
    /// <summary>The mark of this process.</summary>
    public static OwnerMark Current => new(Environment.ProcessId, StartOf(Environment.ProcessId) ?? 0);

    /// <summary>True while that very process runs; also where the system does not let us see.</summary>
    public bool IsAlive => StartOf(ProcessId) is ulong started && (started == Started || started == 0 || Started == 0);

    /// <summary>Reads a mark.</summary>
    /// <param name="processId">The decimal digits of the id.</param>
    /// <param name="started">The hexadecimal digits of the start.</param>
    /// <param name="mark">The mark.</param>
    /// <returns>False where these are no such digits.</returns>
    public static bool TryParse(ReadOnlySpan<char> processId, ReadOnlySpan<char> started, out OwnerMark mark)
    {
        bool isMark = int.TryParse(processId, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            & ulong.TryParse(started, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong start);
        mark = new OwnerMark(id, start);
        return isMark && id > 0;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId}-{Started:x}");

    private static ulong? StartOf(int processId)
    {
        if (OperatingSystem.IsLinux())
        {
            return ProcessTree.Read(processId)?.StartTime;
        }

        try
        {
            using Process process = Process.GetProcessById(processId);
            return (ulong)process.StartTime.ToUniversalTime().Ticks;
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or NotSupportedException)
        {
            // It is there, and belongs to somebody who does not let us look.
            return 0;
        }
    }
}
