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
    private readonly long _start;
    private long _last;

    public ProgressMeter(IProgress<OperationProgress>? listener, string activity, long? total, long start = 0)
    {
        _listener = listener;
        _activity = activity;
        _total = total;
        _start = start;
        _last = Stopwatch.GetTimestamp();
    }

    public static ProgressMeter None => new(null, string.Empty, null);

    public void Report(long done)
    {
        if (_listener is not null && Stopwatch.GetElapsedTime(_last) >= Interval)
        {
            _last = Stopwatch.GetTimestamp();
            _listener.Report(new OperationProgress(_activity, _start + done, _total));
        }
    }

    public void Finish(long done) => _listener?.Report(new OperationProgress(_activity, _start + done, _total));
}
