using ImageUtils.Chains;
using ImageUtils.Configuration;
using ImageUtils.Operations;

namespace FakeTool;

/// <summary>Another process that merges a chain in place.</summary>
internal static class ChainMerge
{
    /// <summary>Says that it is ready, waits for a line, merges, and says how many microseconds that took.</summary>
    public static async Task<int> RunAsync(string folder)
    {
        var options = new ImageUtilsOptions { ImageConversionDirectory = Path.Combine(folder, "..", "conversion"), LocalImageDirectory = Path.Combine(folder, "..", "images") };
        var merger = new VhdChainMerger(OperationContext.Create(options, SilentLog.Instance, progress: null));
        Console.WriteLine("ready");
        Console.ReadLine();
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        await merger.MergeAsync(new VhdMergeRequest { Source = new VhdChainSource { DirectoryPath = folder }, InPlace = true }, CancellationToken.None);
        Console.WriteLine((long)System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        return 0;
    }
}
