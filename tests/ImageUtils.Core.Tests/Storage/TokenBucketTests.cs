using ImageUtils.Core.Tests.Support;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public sealed class TokenBucketTests
{
    private readonly ManualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_moved_is_paid_for_before_the_next()
    {
        var bucket = new TokenBucket(1000, _time);
        Task pays = bucket.PayAsync(500, Token).AsTask();
        Assert.False(pays.IsCompleted);
        Assert.Equal(TimeSpan.FromMilliseconds(500), _time.NextTimer);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await pays;
    }

    [Fact]
    public async Task A_pause_saves_a_tenth_of_a_second_and_no_more()
    {
        var bucket = new TokenBucket(1000, _time);
        _time.Advance(TimeSpan.FromHours(1));
        await bucket.PayAsync(100, Token);
        Assert.Null(_time.NextTimer);
        Task pays = bucket.PayAsync(200, Token).AsTask();
        Assert.Equal(TimeSpan.FromMilliseconds(200), _time.NextTimer);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await pays;
    }

    [Fact]
    public async Task A_whole_run_takes_as_long_as_the_speed_says()
    {
        var bucket = new TokenBucket(1 << 20, _time);
        long started = _time.GetTimestamp();
        for (int piece = 0; piece < 40; piece++)
        {
            Task pays = bucket.PayAsync(1 << 18, Token).AsTask();
            _time.Advance(_time.NextTimer ?? TimeSpan.Zero);
            await pays;
        }

        Assert.InRange(_time.GetElapsedTime(started).TotalSeconds, 9.9, 10.1);
    }

    [Fact]
    public async Task Waiting_ends_with_a_cancellation_however_long_it_would_be()
    {
        using var source = new CancellationTokenSource();
        Task pays = new TokenBucket(1, _time).PayAsync(long.MaxValue, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pays);
    }
}
