using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Transfer.Ranges;

namespace ImageUtils.Core.Tests.Transfer.Ranges;

/// <summary>One stream over a line that breaks.</summary>
public sealed class ResumingStreamTests : IDisposable
{
    private readonly WebImageService _service = new(new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(60) }, retries: 0);
    private readonly LineCounts _counts = new();
    private readonly List<string> _reports = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_line_that_breaks_ten_times_moves_hardly_more_than_the_image()
    {
        byte[] content = FaultyStream.Pattern(44 << 20);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(content);
        await using PlayedServer s = server;
        image.CutAfter = 4 << 20;
        Assert.Equal(content, await ReadAsync(Open(address)));
        Assert.True(_counts.Resumes >= 10, $"It broke {_counts.Resumes} times.");
        Assert.True(image.BytesSent < content.Length * 1.05, $"{image.BytesSent} bytes were sent for {content.Length}.");
        Assert.Equal(content.Length, _counts.BytesMoved);
        Assert.Equal(_counts.Resumes, _reports.Count);
    }

    [Fact]
    public async Task A_server_without_ranges_begins_anew_and_nothing_comes_twice()
    {
        byte[] content = FaultyStream.Pattern(3 << 20);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(content);
        await using PlayedServer s = server;
        image.KnowsRanges = false;
        image.OnAnswer = answer => image.CutAfter = answer == 0 ? 1 << 20 : null;
        Assert.Equal(content, await ReadAsync(Open(address)));
        Assert.Equal(1, _counts.Resumes);
        Assert.True(_counts.BytesMoved > content.Length);
    }

    [Fact]
    public async Task A_line_that_falls_silent_is_taken_up_again()
    {
        byte[] content = FaultyStream.Pattern(100_000);
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", PlayedServer.Stall(content[..40_000], content.Length), new ServedImage(content) { Tag = null }.AnswerAsync);
        using WebImageService impatient = Impatient(TimeSpan.FromSeconds(1));
        Assert.Equal(content, await ReadAsync(Open(server.Address + "/x", retries: 20, service: impatient)));

        // A machine that is busy may let more than one line fall silent.
        Assert.NotEmpty(_reports);
        Assert.All(_reports, report => Assert.Contains("no byte moved", report, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_that_drips_is_slow_and_not_broken()
    {
        byte[] content = FaultyStream.Pattern(12);
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", async context =>
        {
            context.Response.ContentLength = content.Length;
            foreach (byte one in content)
            {
                await context.Response.Body.WriteAsync(new[] { one }, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(300, context.RequestAborted);
            }
        });

        // All of it takes longer than the patience, no byte comes near to it.
        using WebImageService impatient = Impatient(TimeSpan.FromSeconds(3));
        Assert.Equal(content, await ReadAsync(Open(server.Address + "/x", service: impatient)));
        Assert.Empty(_reports);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Data_that_change_meanwhile_are_refused(bool isTag)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(FaultyStream.Pattern(3 << 20));
        await using PlayedServer s = server;
        image.CutAfter = 1 << 20;
        image.OnAnswer = answer =>
        {
            image.Tag = isTag && answer > 0 ? "\"two\"" : "\"one\"";
            image.Content = !isTag && answer > 0 ? FaultyStream.Pattern((3 << 20) + 1) : image.Content;
        };
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ReadAsync(Open(address)));
        Assert.False(e.IsInterrupted);
        Assert.Contains(isTag ? "changed" : "3145728 bytes were announced, and the server has 3145729 now", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_in_vain_are_counted_and_a_new_byte_begins_the_count_anew()
    {
        byte[] content = FaultyStream.Pattern(400_000);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(content);
        await using PlayedServer s = server;
        image.CutAfter = 100_000;
        image.OnAnswer = answer => image.IsDead = answer % 3 != 0;
        Assert.Equal(content, await ReadAsync(Open(address, retries: 3)));
        image.OnAnswer = null;
        image.IsDead = false;
        image.CutAfter = 0;
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ReadAsync(Open(address, retries: 2)));
        Assert.True(e.IsInterrupted);
        Assert.EndsWith("after 0 bytes and 2 attempts to go on.", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_busy_in_between_is_asked_again()
    {
        byte[] content = FaultyStream.Pattern(200_000);
        await using PlayedServer server = await PlayedServer.StartAsync();
        var image = new ServedImage(content);
        server.On("GET /x", PlayedServer.Cut(content[..50_000], content.Length), PlayedServer.Status(503), image.AnswerAsync);
        Assert.Equal(content, await ReadAsync(Open(server.Address + "/x")));
        Assert.Equal(2, _counts.Resumes);
    }

    [Fact]
    public async Task An_answer_with_another_range_is_refused()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", PlayedServer.Cut(new byte[10], 100), PlayedServer.Text(206, "0123456789", "a/b", ("Content-Range", "bytes 20-29/100")));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ReadAsync(Open(server.Address + "/x")));
        Assert.Contains("another range", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_gives_a_little_and_says_it_is_all_ends_the_patience()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", PlayedServer.Text(206, "0123456789", "a/b", ("Content-Range", "bytes 0-9/100")));
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => ReadAsync(Open(server.Address + "/x")));
        Assert.Contains("the data ended", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_whole_already_asks_nobody()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(FaultyStream.Pattern(1000));
        await using PlayedServer s = server;
        var version = new ImageDataVersion(address);
        version.Begin(1000);
        Assert.Empty(await ReadAsync(Open(address, start: 1000, version: version)));
        Assert.Empty(image.Ranges);
    }

    [Fact]
    public async Task Who_loses_patience_waits_for_nothing()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /x", PlayedServer.Abort);
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await using ResumingStream stream = new(
            "x",
            (offset, length, token) => _service.OpenDataAsync(server.Address + "/x", offset, length, token),
            0,
            null,
            new ImageDataVersion("x"),
            _counts,
            new ResumePolicy(100, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)),
            _reports.Add);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(new byte[10], impatience.Token));
    }

    [Fact]
    public void Waits_double_up_to_the_longest()
    {
        ResumePolicy policy = ResumePolicy.Of(3);
        Assert.Equal([1, 2, 4, 16, 30, 30], new[] { 1, 2, 3, 5, 6, 1000 }.Select(attempt => policy.PauseBefore(attempt).TotalSeconds));
    }

    private static WebImageService Impatient(TimeSpan limit) => new(new TransportSettings { IdleTimeout = limit }, retries: 0);

    private ResumingStream Open(string address, int retries = 3, long start = 0, ImageDataVersion? version = null, WebImageService? service = null) => new(
        address,
        (offset, length, token) => (service ?? _service).OpenDataAsync(address, offset, length, token),
        start,
        null,
        version ?? new ImageDataVersion(address),
        _counts,
        new ResumePolicy(retries, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5)),
        _reports.Add);

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        await using (stream)
        {
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Token);
            return copy.ToArray();
        }
    }
}
