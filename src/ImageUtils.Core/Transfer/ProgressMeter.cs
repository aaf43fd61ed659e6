using System.Diagnostics;
using ImageUtils.Operations;

namespace ImageUtils.Transfer;

/// <summary>Passes on how far a transfer is, at most ten times a second and once at its end.</summary>
internal sealed class ProgressMeter
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly IProgress<OperationProgress>? _listener;
    private readonly string _activity;
    private readonly long? _total;
    private long _last;

    public ProgressMeter(IProgress<OperationProgress>? listener, string activity, long? total)
    {
        _listener = listener;
        _activity = activity;
        _total = total;
        _last = Stopwatch.GetTimestamp();
    }

    public static ProgressMeter None => new(null, string.Empty, null);

    public void Report(long done)
    {
        if (_listener is not null && Stopwatch.GetElapsedTime(_last) >= Interval)
        {
            _last = Stopwatch.GetTimestamp();
            _listener.Report(new OperationProgress(_activity, done, _total));
        }
    }

    public void Finish(long done) => _listener?.Report(new OperationProgress(_activity, done, _total));
}
