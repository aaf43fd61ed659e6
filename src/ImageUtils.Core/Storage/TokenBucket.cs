namespace ImageUtils.Storage;

/// <summary>
/// Keeps a speed: whoever moved bytes waits until they are paid for. What was not used is saved for a tenth of a second only,
/// so that a pause is not followed by a burst.
/// </summary>
internal sealed class TokenBucket
{
    private const double SavedSeconds = 0.1;
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly double _bytesPerSecond;
    private readonly TimeProvider _time;
    private double _balance;
    private long _asOf;

    /// <summary>Makes a bucket that is empty.</summary>
    /// <param name="bytesPerSecond">The speed; above 0.</param>
    /// <param name="time">The clock.</param>
    public TokenBucket(long bytesPerSecond, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesPerSecond);
        _bytesPerSecond = bytesPerSecond;
        _time = time;
        _asOf = time.GetTimestamp();
    }

    /// <summary>Pays for bytes that were moved.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>A task that ends when the next ones may be moved.</returns>
    public async ValueTask PayAsync(long bytes, CancellationToken cancellationToken)
    {
        long now = _time.GetTimestamp();
        double earned = _time.GetElapsedTime(_asOf, now).TotalSeconds * _bytesPerSecond;
        _asOf = now;
        _balance = Math.Min(_balance + earned, _bytesPerSecond * SavedSeconds) - bytes;
        if (_balance >= 0)
        {
            return;
        }

        // More than a timer can wait is more than anybody waits: in that time the work is cancelled.
        double seconds = Math.Min(-_balance / _bytesPerSecond, int.MaxValue / 1000d);
        var wait = TimeSpan.FromSeconds(seconds);
        if (wait >= ShortestWait)
        {
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        }
    }
}
