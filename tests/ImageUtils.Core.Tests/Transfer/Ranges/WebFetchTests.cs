using System.Security.Cryptography;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer.Ranges;

/// <summary>An image from an address into a file, over lines and from servers of every kind.</summary>
public sealed class WebFetchTests : IDisposable
{
    private const int Size = 6 << 20;
    private const int Cut = 4 << 20;

    private static readonly byte[] Content = FaultyStream.Pattern(Size);
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));

    private readonly TransferWorld _world = new();

    public WebFetchTests() => _world.Options = _world.Options with { RetryCount = 0 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Disk => _world.OutFile("disk.img");

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task An_image_comes_whole_and_hashed(int connections)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(FaultyStream.Pattern(20 << 20));
        await using PlayedServer s = server;
        ImageFetchResult result = await FetchAsync(address, request => request with { Connections = connections, Hash = new HashDemand { ExpectedHash = Convert.ToHexStringLower(SHA256.HashData(image.Content)) } });
        Assert.Equal(image.Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.True(result is { IsHashVerified: true, IsResumed: false, SourceImageId: null, HashAlgorithm: "sha256" });
        Assert.Equal(address, result.SourceUri);
        Assert.Equal(connections > 1 ? 3 : 1, image.Ranges.Count(range => range is not "bytes=0-0" and not "bytes=0-65535"));
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Fact]
    public async Task Several_connections_fall_back_to_one_where_there_are_no_parts()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(FaultyStream.Pattern(9 << 20));
        await using PlayedServer s = server;
        image.KnowsRanges = false;
        await FetchAsync(address, request => request with { Connections = 4 });
        Assert.Equal(image.Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.Contains(_world.Log.Warnings, line => line.Contains("gives no parts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_connections_without_a_look_at_the_format_are_several_as_well()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(FaultyStream.Pattern(20 << 20));
        await using PlayedServer s = server;
        await FetchAsync(address, request => request with { Connections = 4, SkipFormatCheck = true });
        Assert.Equal(3, image.Ranges.Count(range => range is not "bytes=0-0"));
    }

    [Fact]
    public async Task A_break_is_mended_within_the_fetch()
    {
        _world.Options = _world.Options with { RetryCount = 1 };
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        image.CutAfter = Cut;
        ImageFetchResult result = await FetchAsync(address);
        Assert.True(result.IsResumed);
        Assert.Equal(Hash, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Disk, Token))));
    }

    [Theory]
    [InlineData(true, "\"one\"")]
    [InlineData(true, null)]
    [InlineData(false, "\"one\"")]
    public async Task What_came_before_the_network_gave_up_is_kept_and_the_next_fetch_goes_on(bool isPromised, string? tag)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        image.Tag = tag;
        long kept = await BreakAsync(image, address, request => Promise(request, isPromised));
        image.CutAfter = null;
        ImageFetchResult result = await FetchAsync(address, request => Promise(request, isPromised));
        Assert.True(result.IsResumed);
        Assert.Equal(isPromised, result.IsHashVerified);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.Equal($"bytes={kept}-", image.DataRanges[^1]);
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Fact]
    public async Task A_fetch_that_goes_on_and_breaks_again_keeps_more()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        long first = await BreakAsync(image, address, request => request);
        image.CutAfter = 1 << 20;
        long second = await BreakAsync(image, address, request => request, 1 << 20);
        Assert.True(second > first, $"{first} bytes, then {second}.");
        image.CutAfter = null;
        Assert.True((await FetchAsync(address)).IsResumed);
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task Several_connections_keep_what_came_in_order()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(FaultyStream.Pattern(40 << 20));
        await using PlayedServer s = server;
        image.OnAnswer = answer => image.IsDead = answer >= 4;
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(address, request => request with { Connections = 2 }));
        image.OnAnswer = null;
        image.IsDead = false;
        ImageFetchResult result = await FetchAsync(address, request => request with { Connections = 2 });
        Assert.True(result.IsResumed);
        Assert.Equal(image.Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("size")]
    [InlineData("hash")]
    [InlineData("address")]
    [InlineData("nothing to tell it by")]
    public async Task Another_image_begins_anew_and_removes_what_was_kept(string difference)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /other.img", image.AnswerAsync);
        await BreakAsync(image, address, request => request);
        image.CutAfter = null;
        image.Content = FaultyStream.Pattern(difference == "size" ? Size + 1 : Size).Reverse().ToArray();
        image.Tag = difference switch { "tag" => "\"two\"", "nothing to tell it by" => null, _ => image.Tag };
        string other = difference == "address" ? server.Address + "/other.img" : address;
        ImageFetchResult result = await FetchAsync(other, request => difference == "hash" ? request with { Hash = new HashDemand { ExpectedHash = Convert.ToHexStringLower(SHA256.HashData(image.Content)) } } : request);
        Assert.False(result.IsResumed);
        Assert.Equal(image.Content, await File.ReadAllBytesAsync(Disk, Token));
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Fact]
    public async Task A_part_that_turns_out_wrong_is_gone_after_its_hash_was_seen()
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await BreakAsync(image, address, request => Promise(request, true));
        string part = Directory.GetFiles(_world.Out, ".iu-resume-*").Single(path => !path.Contains("journal", StringComparison.Ordinal));
        await using (FileStream stream = File.OpenWrite(part))
        {
            stream.WriteByte(0xFF);
        }

        image.CutAfter = null;
        await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(address, request => Promise(request, true)));
        Assert.Empty(_world.Leftovers());
        Assert.False((await FetchAsync(address, request => Promise(request, true))).IsResumed);
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task A_journal_of_rubbish_is_removed_with_its_part(string journal)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await BreakAsync(image, address, request => request);
        await File.WriteAllTextAsync(Directory.GetFiles(_world.Out, ".iu-resume-*.journal.part").Single(), journal, Token);
        image.CutAfter = null;
        Assert.False((await FetchAsync(address)).IsResumed);
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Fact]
    public async Task What_others_put_in_the_place_of_a_part_is_not_taken()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links are made by administrators there.");
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await BreakAsync(image, address, request => request);
        string part = Directory.GetFiles(_world.Out, ".iu-resume-*").Single(path => !path.Contains("journal", StringComparison.Ordinal));
        File.Move(part, part + ".theirs");
        File.CreateSymbolicLink(part, part + ".theirs");
        image.CutAfter = null;
        Assert.False((await FetchAsync(address)).IsResumed);
        Assert.True(File.Exists(part + ".theirs"));
        Assert.Equal(Content, await File.ReadAllBytesAsync(Disk, Token));
    }

    [Fact]
    public async Task The_journal_is_for_the_eyes_of_its_user()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes there.");
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await BreakAsync(image, address, request => request);
#pragma warning disable CA1416 // Skipped there.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(_world.Out, ".iu-resume-*.journal.part").Single()));
#pragma warning restore CA1416
    }

    [Theory]
    [InlineData(null, Cut)]
    [InlineData("\"one\"", 500_000)]
    public async Task What_is_too_little_or_cannot_be_told_again_is_not_kept(string? tag, int cut)
    {
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        image.Tag = tag;
        image.CutAfter = cut;
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(address));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_wrong_hash_leaves_nothing()
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(address, request => request with { Hash = new HashDemand { ExpectedHash = new string('0', 64) } }));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task Who_ends_a_fetch_finds_nothing_left()
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        using var ending = new CancellationTokenSource();
        server.On("GET /disk.img", new ServedImage(Content).AnswerAsync, new ServedImage(Content).AnswerAsync, async context =>
        {
            await PlayedServer.Stall(Content[..Cut], Size)(Detached(context, ending));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync(server.Address + "/disk.img", token: ending.Token));
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData(Size + 100_000)]
    [InlineData(Size - 100_000)]
    public async Task A_lie_about_the_length_is_found_out(int told)
    {
        await using PlayedServer server = await PlayedServer.StartAsync();
        server.On("GET /disk.img", PlayedServer.Text(206, "x", "a/b", ("Content-Range", $"bytes 0-0/{told}")), async context => await context.Response.Body.WriteAsync(Content));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(server.Address + "/disk.img"));
        Assert.DoesNotContain(Disk, _world.Leftovers());
    }

    [Fact]
    public async Task A_bad_image_of_200_MB_is_refused_before_one_of_them_moved()
    {
        byte[] bad = new byte[200_000_000];
        MadeQcow2.WithBacking("/etc/passwd").CopyTo(bad, 0);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(bad);
        await using PlayedServer s = server;
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(address, inspector: new ImageInspector()));
        Assert.Contains("backing", e.Message, StringComparison.OrdinalIgnoreCase);
        Assert.True(image.BytesSent < 1 << 20, $"{image.BytesSent} bytes moved.");
        Assert.Empty(image.DataRanges);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_image_too_large_for_its_volume_is_refused_before_its_data_move()
    {
        byte[] large = new byte[50_000_000];
        MadeQcow2.Version3().Be64(24, 3UL << 30).Be32(36, 6).CopyTo(large, 0);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(large);
        await using PlayedServer s = server;
        ImageUtilsException e = await Assert.ThrowsAnyAsync<ImageUtilsException>(() => FetchAsync(address, request => request with { VolumeSizeBytes = 2L << 30 }, new ImageInspector()));
        Assert.Contains("size is 3GB and doesn't fit", e.Message, StringComparison.Ordinal);
        Assert.Empty(image.DataRanges);
    }

    [Fact]
    public async Task A_volume_without_room_is_refused_before_its_data_move()
    {
        byte[] large = new byte[50_000_000];
        MadeQcow2.Version3().CopyTo(large, 0);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(large);
        await using PlayedServer s = server;
        _world.Converter.Room = 1_000_000;
        using WebImageService web = new(TransportSettings.Default, retries: 0);
        VolumeFetcher fetcher = new(_world.Context with { Inspector = new ImageInspector() }, web, _world.Converter);
        await Assert.ThrowsAsync<NoSpaceException>(() => fetcher.FetchAsync(new VolumeFetchRequest { ImageId = address, DestinationPath = Disk, OutputFormat = DiskFormat.Raw }, Token));
        Assert.Empty(image.DataRanges);
        Assert.True(image.BytesSent < 1 << 20, $"{image.BytesSent} bytes were sent.");
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_volume_is_made_of_an_address_only_where_the_hash_is_right(bool isRight)
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /SHA256SUMS", PlayedServer.Text(200, $"{(isRight ? Hash : new string('0', 64))}  disk.img\n"));
        using WebImageService web = new(TransportSettings.Default, retries: 0);
        VolumeFetchRequest request = new() { ImageId = address, DestinationPath = Disk, OutputFormat = DiskFormat.Raw, Hash = new HashDemand { HashFile = server.Address + "/SHA256SUMS" } };
        Task<ImageConversionResult> fetch = new VolumeFetcher(_world.Context, web, _world.Converter).FetchAsync(request, Token);
        if (isRight)
        {
            Assert.Equal(Size, (await fetch).VirtualSize);
            await Assert.ThrowsAsync<ImageUnacceptableException>(() => new VolumeFetcher(_world.Context, web, _world.Converter).FetchAsync(request with { Force = true, Hash = new HashDemand { RequireHash = true } }, Token));
        }
        else
        {
            await Assert.ThrowsAsync<DigestMismatchException>(() => fetch);
            Assert.Empty(_world.Leftovers());
        }
    }

    [Fact]
    public async Task A_line_that_is_cut_every_30_MB_moves_hardly_more_than_the_image()
    {
        byte[] content = FaultyStream.Pattern(320_000_000);
        (PlayedServer server, ServedImage image, string address) = await ServedImage.StartAsync(content);
        await using PlayedServer s = server;
        image.CutAfter = 30_000_000;
        _world.Options = _world.Options with { RetryCount = 1 };
        ImageFetchResult result = await FetchAsync(address, request => request with { Hash = new HashDemand { ExpectedHash = Convert.ToHexStringLower(SHA256.HashData(content)) } });
        Assert.True(result is { IsResumed: true, IsHashVerified: true });
        Assert.True(image.DataRanges.Length > 10, $"It broke {image.DataRanges.Length - 1} times.");
        Assert.True(image.BytesSent < content.Length * 1.05, $"{image.BytesSent} bytes were sent for {content.Length}.");
        Assert.Equal([Disk], _world.Leftovers());
    }

    [Fact]
    public async Task A_list_of_hashes_beside_the_image_is_believed()
    {
        (PlayedServer server, _, string address) = await ServedImage.StartAsync(Content);
        await using PlayedServer s = server;
        server.On("GET /SHA256SUMS", PlayedServer.Text(200, $"# list\n{Hash} *disk.img\n{new string('0', 64)}  old/disk.img\n"));
        Assert.True((await FetchAsync(address, request => request with { Hash = new HashDemand { HashFile = server.Address + "/SHA256SUMS", RequireHash = true } })).IsHashVerified);
        File.Delete(Disk);
        server.On("GET /SHA256SUMS", PlayedServer.Text(200, $"SHA256 (disk.img) = {new string('0', 64)}\n"));
        await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(address, request => request with { Hash = new HashDemand { HashFile = server.Address + "/SHA256SUMS" } }));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => FetchAsync(address, request => request with { Hash = new HashDemand { HashFile = server.Address + "/none" } }));
        Assert.Empty(_world.Leftovers());
    }

    private static FetchRequest Promise(FetchRequest request, bool isPromised) => isPromised ? request with { Hash = new HashDemand { ExpectedHash = Hash } } : request;

    private static Microsoft.AspNetCore.Http.HttpContext Detached(Microsoft.AspNetCore.Http.HttpContext context, CancellationTokenSource ending)
    {
        ending.CancelAfter(TimeSpan.FromMilliseconds(300));
        return context;
    }

    private async Task<long> BreakAsync(ServedImage image, string address, Func<FetchRequest, FetchRequest> change, int cut = Cut)
    {
        image.CutAfter = cut;
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(address, change));
        Assert.True(e.IsInterrupted);
        string[] left = _world.Leftovers();
        Assert.Equal(2, left.Length);
        long kept = left.Max(path => new FileInfo(path).Length);
        Assert.Contains(_world.Log.Warnings, line => line.Contains($"The {kept} bytes that came are kept", StringComparison.Ordinal));
        return kept;
    }

    private async Task<ImageFetchResult> FetchAsync(string address, Func<FetchRequest, FetchRequest>? change = null, IImageInspector? inspector = null, CancellationToken? token = null)
    {
        using WebImageService web = new(new TransportSettings { IdleTimeout = TimeSpan.FromSeconds(20) }, retries: 0);
        OperationContext context = inspector is null ? _world.Context : _world.Context with { Inspector = inspector };
        FetchRequest request = new() { ImageId = address, DestinationPath = Disk };
        return await new ImageFetcher(context, web).FetchAsync(change?.Invoke(request) ?? request, token ?? Token);
    }
}
