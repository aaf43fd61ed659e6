using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

public sealed class TemporaryImagesTests : IDisposable
{
    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TemporaryImages Images => new(_world.Context, _world.Service);

    public void Dispose() => _world.Dispose();

    // Behaviours 106 and 109.
    [Fact]
    public async Task An_image_is_there_while_it_is_open_and_gone_after()
    {
        ServiceImage image = await _world.AddAsync("qcow2:data"u8.ToArray(), "qcow2");
        string path;
        using (TemporaryImage open = await Images.OpenAsync(image.ImageId, Token))
        {
            path = open.Path;
            Assert.Matches($"^image_fetch_{image.ImageId}_.+@host-lvm$", Path.GetFileName(path));
            Assert.Equal("qcow2:data", await File.ReadAllTextAsync(path, Token));
            Assert.False(open.IsShared);
        }

        Assert.False(File.Exists(path));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_suffix_takes_the_place_of_the_backend_and_must_fit_in_a_name()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using TemporaryImage open = await new TemporaryImages(_world.Context, _world.Service, ".raw").OpenAsync(image.ImageId, Token);
        Assert.EndsWith(".raw", open.Path, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new TemporaryImages(_world.Context, _world.Service, "../x"));
        Assert.Throws<ArgumentException>(() => new TemporaryImages(_world.Context, _world.Service, new string('x', 121)));
    }

    [Fact]
    public async Task Uses_of_one_user_share_the_file_until_the_last_one_ends()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        TemporaryImage first = await Images.OpenAsync(image.ImageId, Token);
        TemporaryImage second = await Images.OpenAsync(image.ImageId, Token);
        Assert.Equal(first.Path, second.Path);
        Assert.True(second.IsShared);
        Assert.Equal(1, _world.Service.Opened);
        first.Dispose();
        first.Dispose();
        Assert.Equal("data", await File.ReadAllTextAsync(second.Path, Token));
        second.Dispose();
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task Uses_that_begin_together_download_once()
    {
        ServiceImage image = await _world.AddAsync(FaultyStream.Pattern(500_000));
        TemporaryImage[] uses = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Images.OpenAsync(image.ImageId, Token))));
        Assert.Single(uses.Select(use => use.Path).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, _world.Service.Opened);
        await Task.WhenAll(uses.Select(use => Task.Run(use.Dispose)));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task Uses_that_come_and_go_always_find_a_whole_file_and_leave_nothing()
    {
        byte[] content = FaultyStream.Pattern(100_000);
        ServiceImage image = await _world.AddAsync(content);
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (_, token) =>
        {
            using TemporaryImage use = await Images.OpenAsync(image.ImageId, token);
            Assert.Equal(content, await File.ReadAllBytesAsync(use.Path, token));
        });
        Assert.Empty(_world.Leftovers());
    }

    // Behaviour 108.
    [Fact]
    public async Task Uses_of_different_users_never_share()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using TemporaryImage mine = await new TemporaryImages(_world.Context, _world.Service, null, "uid:1000").OpenAsync(image.ImageId, Token);
        using TemporaryImage yours = await new TemporaryImages(_world.Context, _world.Service, null, "uid:1001").OpenAsync(image.ImageId, Token);
        _world.Service.UserId = "someone";
        using TemporaryImage token = await new TemporaryImages(_world.Context, _world.Service, null, "uid:1000").OpenAsync(image.ImageId, Token);
        Assert.Equal(3, new[] { mine.Path, yours.Path, token.Path }.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(3, _world.Service.Opened);
    }

    [Fact]
    public async Task An_image_that_was_made_anew_is_another_one()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using TemporaryImage old = await Images.OpenAsync(image.ImageId, Token);
        _world.Service.OnGet = shown => shown with { OsHashValue = TransferWorld.Sha512("dada"u8.ToArray()) };
        _world.Service.OnOpen = _ => new MemoryStream("dada"u8.ToArray());
        using TemporaryImage young = await Images.OpenAsync(image.ImageId, Token);
        Assert.NotEqual(old.Path, young.Path);
        Assert.Equal("dada", await File.ReadAllTextAsync(young.Path, Token));
    }

    [Fact]
    public async Task A_file_that_somebody_changed_is_not_shared_on()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using (TemporaryImage first = await Images.OpenAsync(image.ImageId, Token))
        {
            await File.WriteAllTextAsync(first.Path, "dada", Token);
            using (TemporaryImage second = await Images.OpenAsync(image.ImageId, Token))
            {
                Assert.NotEqual(first.Path, second.Path);
                Assert.Equal("data", await File.ReadAllTextAsync(second.Path, Token));
                await VolumeAsync(image.ImageId);
                Assert.Equal("data", await File.ReadAllTextAsync(_world.OutFile("volume"), Token));
            }

            Assert.Equal("dada", await File.ReadAllTextAsync(first.Path, Token));
        }

        Assert.Equal([_world.OutFile("volume")], _world.Leftovers());
    }

    // Behaviour 106.
    [Fact]
    public async Task A_volume_is_made_of_the_open_file_and_only_by_the_same_user()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using TemporaryImage open = await Images.OpenAsync(image.ImageId, Token);
        ImageConversionResult result = await VolumeAsync(image.ImageId);
        Assert.Equal(open.Path, Assert.Single(_world.Converter.Requests).SourcePath);
        Assert.Equal(0, result.TemporaryBytes);
        Assert.Equal(1, _world.Service.Opened);
        Assert.True(File.Exists(open.Path));

        _world.Service.UserId = "another";
        File.Delete(_world.OutFile("volume"));
        await VolumeAsync(image.ImageId);
        Assert.Equal(2, _world.Service.Opened);
        Assert.NotEqual(open.Path, _world.Converter.Requests[1].SourcePath);
    }

    [Fact]
    public async Task A_fetch_takes_the_open_file_and_still_holds_it_against_the_hash()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using TemporaryImage open = await Images.OpenAsync(image.ImageId, Token);
        var request = new FetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("fetched") };
        ImageFetchResult result = await new ImageFetcher(_world.Context, _world.Service).FetchAsync(request, Token);
        Assert.True(result.IsHashVerified);
        Assert.Equal(1, _world.Service.Opened);
        Assert.Equal("data", await File.ReadAllTextAsync(result.Path, Token));
        FetchRequest wrong = request with { Hash = new HashDemand { ExpectedHash = new string('0', 64) }, Force = true };
        await Assert.ThrowsAsync<DigestMismatchException>(() => new ImageFetcher(_world.Context, _world.Service).FetchAsync(wrong, Token));
    }

    [Fact]
    public async Task An_unsafe_image_is_refused_and_leaves_nothing()
    {
        ServiceImage image = await _world.AddAsync("qcow2:EVIL"u8.ToArray(), "qcow2");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => Images.OpenAsync(image.ImageId, Token));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_download_that_breaks_leaves_nothing_and_the_next_one_is_not_kept_waiting()
    {
        ServiceImage image = await _world.AddAsync(FaultyStream.Pattern(10));
        _world.Service.OnOpen = _ => new FaultyStream(5, new IOException("gone"));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => Images.OpenAsync(image.ImageId, Token));
        Assert.Empty(_world.Leftovers());
        _world.Service.OnOpen = null;
        using TemporaryImage open = await Images.OpenAsync(image.ImageId, Token);
        Assert.Equal(10, new FileInfo(open.Path).Length);
    }

    [Fact]
    public async Task A_waiting_use_can_be_cancelled_and_takes_nothing_from_the_one_it_waits_for()
    {
        ServiceImage image = await _world.AddAsync(FaultyStream.Pattern(10));
        using var gate = new ManualResetEventSlim();
        using var begun = new ManualResetEventSlim();
        _world.Service.OnOpen = _ => new FaultyStream(10, onRead: _ =>
        {
            begun.Set();
            gate.Wait(Token);
        });
        Task<TemporaryImage> first = Task.Run(() => Images.OpenAsync(image.ImageId, Token), Token);
        begun.Wait(Token);
        using var impatient = new CancellationTokenSource();
        Task<TemporaryImage> second = Images.OpenAsync(image.ImageId, impatient.Token);
        Assert.False(second.IsCompleted);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.Set();
        (await first).Dispose();
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_hostile_record_is_not_followed()
    {
        ServiceImage image = await _world.AddAsync("data"u8.ToArray());
        using TemporaryImage first = await Images.OpenAsync(image.ImageId, Token);
        string record = Assert.Single(Directory.GetFiles(_world.Options.ImageConversionDirectory, ".iu-shared-*.json"));
        string victim = _world.OutFile("victim");
        await File.WriteAllTextAsync(victim, "data", Token);
        string text = await File.ReadAllTextAsync(record, Token);
        await File.WriteAllTextAsync(record, text.Replace(Path.GetFileName(first.Path), "../out/victim", StringComparison.Ordinal), Token);
        using (TemporaryImage second = await Images.OpenAsync(image.ImageId, Token))
        {
            Assert.NotEqual(victim, second.Path);
            Assert.Equal(2, _world.Service.Opened);
        }

        await File.WriteAllTextAsync(record, "{ nonsense", Token);
        using (TemporaryImage third = await Images.OpenAsync(image.ImageId, Token))
        {
            Assert.Equal("data", await File.ReadAllTextAsync(third.Path, Token));
        }

        Assert.Equal("data", await File.ReadAllTextAsync(victim, Token));
    }

    private Task<ImageConversionResult> VolumeAsync(string imageId) =>
        new VolumeFetcher(_world.Context, _world.Service, _world.Converter).FetchAsync(
            new VolumeFetchRequest { ImageId = imageId, DestinationPath = _world.OutFile("volume"), OutputFormat = DiskFormat.Raw },
            Token);
}
