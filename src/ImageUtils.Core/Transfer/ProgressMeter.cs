using System.Diagnostics;
using ImageUtils.Operations;

namespace ImageUtils.Transfer;

/// <summary>Passes on how far a transfer is, at most ten times a second and once at its end.</summary>
internal sealed class ProgressMeter
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly IProgress<OperationProgress>? listener;
    private readonly string activity;
    private readonly long? total;
    private long last;

    public ProgressMeter(IProgress<OperationProgress>? listener, string activity, long? total)
    {
        this.listener = listener;
        this.activity = activity;
        this.total = total;
        last = Stopwatch.GetTimestamp();
    }

    public static ProgressMeter None => new(null, string.Empty, null);

    public void Report(long done)
    {
        if (listener is not null && Stopwatch.GetElapsedTime(last) >= Interval)
        {
            last = Stopwatch.GetTimestamp();
            listener.Report(new OperationProgress(activity, done, total));
        }
    }

    public void Finish(long done) => listener?.Report(new OperationProgress(activity, done, total));
}
