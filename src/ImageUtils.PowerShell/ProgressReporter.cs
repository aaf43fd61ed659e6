using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using ImageUtils.Operations;

namespace ImageUtils.PowerShell;

/// <summary>
/// Turns reports of the core into progress records: the first after a second, then four a second at most, and a
/// completed record only where one was shown.
/// </summary>
internal sealed class ProgressReporter : IProgress<OperationProgress>
{
    private static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Action<ProgressRecord> _write;
    private readonly Lock _gate = new();
    private readonly int _activityId;
    private string _activity = string.Empty;
    private long _startedAt;
    private long _shownAt;
    private bool _shown;

    /// <summary>Makes the reporter.</summary>
    /// <param name="write">Shows a record; is called from any thread.</param>
    /// <param name="activityId">The number that tells this activity from others of the same pipeline.</param>
    public ProgressReporter(Action<ProgressRecord> write, int activityId)
    {
        _write = write;
        _activityId = activityId;
    }

    /// <inheritdoc/>
    public void Report(OperationProgress value)
    {
        ProgressRecord? record;
        lock (_gate)
        {
            record = Next(value);
        }

        if (record is not null)
        {
            _write(record);
        }
    }

    /// <summary>Ends the display, where there is one.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (!_shown)
            {
                return;
            }

            _shown = false;
        }

        _write(new ProgressRecord(_activityId, _activity, "Done") { RecordType = ProgressRecordType.Completed });
    }

    private ProgressRecord? Next(OperationProgress value)
    {
        long now = Stopwatch.GetTimestamp();
        if (!string.Equals(_activity, value.Activity, StringComparison.Ordinal))
        {
            _activity = value.Activity;
            _startedAt = now;
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(_startedAt, now);
        bool isDue = _shown ? Stopwatch.GetElapsedTime(_shownAt, now) >= Pause : elapsed >= FirstAfter;
        if (!isDue)
        {
            return null;
        }

        _shown = true;
        _shownAt = now;
        double rate = elapsed.TotalSeconds > 0 ? value.BytesDone / elapsed.TotalSeconds : 0;
        ProgressRecord record = new(_activityId, value.Activity, Describe(value, rate));
        if (value.BytesTotal is > 0)
        {
            record.PercentComplete = (int)Math.Clamp(value.BytesDone * 100.0 / value.BytesTotal.Value, 0, 100);
            record.SecondsRemaining = rate > 0
                ? (int)Math.Clamp((value.BytesTotal.Value - value.BytesDone) / rate, 0, int.MaxValue)
                : -1;
        }

        return record;
    }

    private static string Describe(OperationProgress value, double rate) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Mebibytes(value.BytesDone)}{(value.BytesTotal is { } total ? " of " + Mebibytes(total) : string.Empty)}, {rate / 1048576:0.0} MiB/s");

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
