using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Transfer.Ranges;

namespace ImageUtils.Core.Tests.Transfer.Ranges;

/// <summary>Several connections, one order.</summary>
public sealed class ParallelRangeStreamTests
{
    private const int Piece = 1000;

    private static readonly byte[] Content = FaultyStream.Pattern(25_300);

    private readonly LineCounts _counts = new();
    private int _open;
    private int _mostOpen;
    private int _asked;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2, 0)]
    [InlineData(5, 0)]
    [InlineData(16, 12_345)]
    public async Task Pieces_come_in_order_whichever_is_first(int connections, int start)
    {
        await using ParallelRangeStream stream = Open(connections, start, async (offset, _, token) =>
        {
            await Task.Delay(offset % 3000 == 0 ? 20 : 1, token);
            return null;
        });
        Assert.Equal(Content[start..], await ReadAsync(stream));
        Assert.Equal(Content.Length - start, _counts.BytesMoved);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Token));
    }

    [Fact]
    public async Task A_slow_reader_holds_no_more_pieces_than_connections()
    {
        await using ParallelRangeStream stream = Open(4, 0, (_, _, _) => Task.FromResult<ImageData?>(null));
        await stream.ReadExactlyAsync(new byte[1], Token);
        await Task.Delay(100, Token);
        Assert.InRange(_asked, 1, 5);
        Assert.InRange(_mostOpen, 1, 4);
    }

    [Fact]
    public async Task A_piece_that_breaks_is_taken_up_again()
    {
        int breaks = 0;
        await using ParallelRangeStream stream = Open(3, 0, (offset, length, _) => Task.FromResult(
            offset == 7 * Piece && Interlocked.Increment(ref breaks) == 1
                ? ImageData.Of(new MemoryStream(Content, (int)offset, 300), offset, length, Content.Length, null)
                : null));
        Assert.Equal(Content, await ReadAsync(stream));
        Assert.Equal(1, _counts.Resumes);
    }

    [Fact]
    public async Task A_piece_that_fails_is_an_error_at_its_turn()
    {
        await using ParallelRangeStream stream = Open(3, 0, (offset, _, _) => offset == 2 * Piece ? throw new IOException("gone") : Task.FromResult<ImageData?>(null));
        byte[] first = new byte[2 * Piece];
        await stream.ReadExactlyAsync(first, Token);
        Assert.Equal(Content[..(2 * Piece)], first);
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(async () => await stream.ReadExactlyAsync(new byte[1], Token));
        Assert.True(e.IsInterrupted);
    }

    [Fact]
    public async Task A_server_that_forgets_parts_is_not_asked_for_all_of_it_again_and_again()
    {
        await using ParallelRangeStream stream = Open(3, 0, (offset, _, _) => Task.FromResult(
            offset == 0 ? null : ImageData.Of(new MemoryStream(Content), 0, Content.Length, Content.Length, null)));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ReadAsync(stream));
        Assert.Contains("no parts any more", e.Message, StringComparison.Ordinal);
        Assert.Equal(Piece, _counts.BytesMoved);
    }

    [Fact]
    public async Task Pieces_of_two_versions_are_refused()
    {
        await using ParallelRangeStream stream = Open(2, 0, (offset, length, _) => Task.FromResult<ImageData?>(
            ImageData.Of(new MemoryStream(Content, (int)offset, (int)length!), offset, length, Content.Length, null, offset < 5 * Piece ? "one" : "two")));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ReadAsync(stream));
        Assert.Contains("changed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_leaves_ends_what_is_under_way()
    {
        ParallelRangeStream stream = Open(4, 0, async (_, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return null;
        });
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(new byte[1], impatience.Token));
        await stream.DisposeAsync();
        Assert.Equal(0, Volatile.Read(ref _open));
    }

    /// <summary>Null of the function: the part as it should be.</summary>
    private ParallelRangeStream Open(int connections, int start, Func<long, long?, CancellationToken, Task<ImageData?>> answer) => new(
        "image",
        async (offset, length, token) =>
        {
            Interlocked.Increment(ref _asked);
            InterlockedMax(Interlocked.Increment(ref _open));
            try
            {
                return await answer(offset, length, token)
                    ?? ImageData.Of(new MemoryStream(Content, (int)offset, (int)length!), offset, length, Content.Length, null);
            }
            finally
            {
                Interlocked.Decrement(ref _open);
            }
        },
        start,
        Content.Length,
        connections,
        Piece,
        new ImageDataVersion("image"),
        _counts,
        new ResumePolicy(2, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)),
        _ => { });

    private void InterlockedMax(int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref _mostOpen)) < value && Interlocked.CompareExchange(ref _mostOpen, value, seen) != seen)
        {
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }
}
