using System.Diagnostics;

namespace ImageUtils.Benchmarks;

/// <summary>
/// Times two ways of the same work in turn, so that a slow moment of the machine hits both, and tells the medians. What
/// takes microseconds is repeated within a turn.
/// </summary>
public sealed class PairedTiming
{
    private readonly List<double> _ours = [];
    private readonly List<double> _theirs = [];

    /// <summary>The median of our turns, in milliseconds for one piece of work.</summary>
    public double OursMilliseconds => Median(_ours);

    /// <summary>The median of the peer's turns, in milliseconds for one piece of work.</summary>
    public double TheirsMilliseconds => Median(_theirs);

    /// <summary>How often ours fits into theirs: the median of the turns' own ratios.</summary>
    public double Ratio => Median([.. _theirs.Zip(_ours, (theirs, ours) => theirs / ours)]);

    /// <summary>Does both works in turn.</summary>
    /// <param name="turns">How many times.</param>
    /// <param name="repeats">How often ours is done within one turn.</param>
    /// <param name="ours">Our work.</param>
    /// <param name="theirs">The peer's.</param>
    /// <param name="before">What is done before each of them without being timed; null: nothing.</param>
    /// <returns>A task that ends with the last turn.</returns>
    public async Task RunAsync(int turns, int repeats, Func<Task> ours, Func<Task> theirs, Action? before = null)
    {
        // The first turn is for caches and the compiler.
        for (int turn = -1; turn < turns; turn++)
        {
            before?.Invoke();
            double their = await TimeAsync(1, theirs).ConfigureAwait(false);
            before?.Invoke();
            double our = await TimeAsync(repeats, ours).ConfigureAwait(false);
            if (turn >= 0)
            {
                _theirs.Add(their);
                _ours.Add(our);
            }
        }
    }

    private static async Task<double> TimeAsync(int repeats, Func<Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        for (int repeat = 0; repeat < repeats; repeat++)
        {
            await work().ConfigureAwait(false);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / repeats;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }
}
