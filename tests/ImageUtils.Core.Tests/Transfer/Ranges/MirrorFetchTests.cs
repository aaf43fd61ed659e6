using System.Security.Cryptography;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer.Ranges;

/// <summary>One address, behind which a director names another mirror each time; each mirror has tags of its own.</summary>
public sealed class MirrorFetchTests : IAsyncLifetime
{
    private const int Size = 20 << 20;

    private static readonly byte[] Content = FaultyStream.Pattern(Size);
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));

    private readonly TransferWorld _world = new();
    private readonly List<PlayedServer> _servers = [];
    private readonly ServedImage _first = new(Content) { Tag = "\"first\"" };
    private readonly ServedImage _second = new(Content) { Tag = "\"second\"" };
    private int _directed;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Disk => _world.OutFile("disk.img");

    private string Address => _servers[0].Address + "/latest";

    public async ValueTask InitializeAsync()
    {
        _world.Options = _world.Options with { RetryCount = 2 };
        for (int i = 0; i < 3; i++)
        {
            _servers.Add(await PlayedServer.StartAsync());
        }

        _servers[1].On("GET /disk.img", _first.AnswerAsync);
        _servers[2].On("GET /disk.img", _second.AnswerAsync);
        _servers[0].On("GET /latest", context =>
        {
            int turn = Interlocked.Increment(ref _directed) - 1;
            return PlayedServer.Status(302, ("Location", _servers[1 + (turn % 2)].Address + "/disk.img"))(context);
        });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PlayedServer server in _servers)
        {
            await server.DisposeAsync();
        }

        _world.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task The_mirror_that_began_gives_the_rest_also_after_breaks(int connections)
    {
        _first.CutAfter = 6 << 20;
        ImageFetchResult result = await FetchAsync(connections: connections);
        Assert.True(result.IsResumed);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.Empty(_second.Ranges);
        Assert.Equal(1, _directed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Another_mirror_goes_on_where_the_hash_tells_that_it_is_the_same(int connections)
    {
        LoseTheFirst();
        ImageFetchResult result = await FetchAsync(Hash, connections);
        Assert.True(result.IsHashVerified);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.NotEmpty(_second.Ranges);
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Fact]
    public async Task Without_a_hash_parts_of_two_mirrors_are_not_put_together()
    {
        LoseTheFirst();
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync());
        Assert.Contains($"{_servers[1].Uri.Authority} and from {_servers[2].Uri.Authority}", e.Message, StringComparison.Ordinal);
        Assert.Contains("Give the hash", e.Message, StringComparison.Ordinal);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task Without_a_hash_the_same_tag_at_both_tells_as_much()
    {
        _second.Tag = _first.Tag;
        LoseTheFirst();
        Assert.True((await FetchAsync()).IsResumed);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task A_mirror_with_other_data_of_that_length_is_found_out_by_the_hash()
    {
        _second.Content = FaultyStream.Pattern(Size).Reverse().ToArray();
        LoseTheFirst();
        await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(Hash));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_mirror_with_another_length_is_refused()
    {
        _second.Content = FaultyStream.Pattern(Size + 1);
        LoseTheFirst();
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(Hash));
        Assert.Contains("were announced", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_change_at_one_mirror_are_refused_although_the_hash_is_known()
    {
        _first.CutAfter = 6 << 20;
        _first.OnAnswer = answer => _first.Tag = answer < 3 ? "\"first\"" : "\"changed\"";
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(Hash));
        Assert.Contains("changed", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_kept_goes_on_from_another_mirror_only_where_the_hash_is_known(bool isPromised)
    {
        _world.Options = _world.Options with { RetryCount = 0 };
        string? hash = isPromised ? Hash : null;
        _first.CutAfter = 6 << 20;
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(hash));
        Assert.Equal(2, _world.Leftovers().Length);

        // The director's next word is the second one.
        ImageFetchResult result = await FetchAsync(hash);
        Assert.Equal(isPromised, result.IsResumed);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.Equal(isPromised ? "bytes=" : null, _second.DataRanges[^1]?[..6]);
        Assert.Equal([Disk], _world.Leftovers());
    }

    /// <summary>The first mirror gives its beginning, and is gone.</summary>
    private void LoseTheFirst()
    {
        _first.CutAfter = 6 << 20;
        _first.OnAnswer = answer => _first.IsDead = answer > 2;
    }

    private async Task<ImageFetchResult> FetchAsync(string? hash = null, int connections = 1)
    {
        using WebImageService web = new(new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(20) }, retries: 0);
        FetchRequest request = new() { ImageId = Address, DestinationPath = Disk, Hash = new HashDemand { ExpectedHash = hash }, Connections = connections };
        return await new ImageFetcher(_world.Context, web).FetchAsync(request, Token);
    }
}
