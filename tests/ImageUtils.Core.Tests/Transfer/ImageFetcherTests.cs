using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

public sealed class ImageFetcherTests : IDisposable
{
    private static readonly byte[] Content = FaultyStream.Pattern(2_500_000);

    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_fetched_image_is_whole_hashed_and_inspected()
    {
        ServiceImage image = await _world.AddAsync(Content);
        ImageFetchResult result = await FetchAsync(image.ImageId);
        Assert.Equal(Content, await File.ReadAllBytesAsync(_world.OutFile("disk"), Token));
        Assert.Equal(_world.OutFile("disk"), result.Path);
        Assert.Equal(image.ImageId, result.SourceImageId);
        Assert.Equal(Content.Length, result.Size);
        Assert.Equal("raw", result.Format);
        Assert.Equal("sha512", result.HashAlgorithm);
        Assert.Equal(image.OsHashValue, result.Hash);
        Assert.True(result.IsHashVerified);
        Assert.True(result.AverageBytesPerSecond > 0);
        Assert.Equal("raw", Assert.Single(_world.Inspector.Asked).Request.ClaimedFormat);
        Assert.Equal([_world.OutFile("disk")], _world.Leftovers());
    }

    // Behaviour 077 of the reference lost the existing file; here a missing image touches nothing.
    [Fact]
    public async Task A_missing_image_touches_nothing()
    {
        await File.WriteAllTextAsync(_world.OutFile("disk"), "precious", Token);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => FetchAsync(Guid.NewGuid().ToString(), request => request with { Force = true }));
        Assert.Equal("precious", await File.ReadAllTextAsync(_world.OutFile("disk"), Token));
    }

    [Fact]
    public async Task An_existing_destination_is_refused_before_the_download()
    {
        ServiceImage image = await _world.AddAsync(Content);
        await File.WriteAllTextAsync(_world.OutFile("disk"), "precious", Token);
        await Assert.ThrowsAsync<DestinationExistsException>(() => FetchAsync(image.ImageId));
        Assert.Equal(0, _world.Service.Opened);
        Assert.Equal("precious", await File.ReadAllTextAsync(_world.OutFile("disk"), Token));
        await FetchAsync(image.ImageId, request => request with { Force = true });
        Assert.Equal(Content, await File.ReadAllBytesAsync(_world.OutFile("disk"), Token));
    }

    [Fact]
    public async Task An_image_that_is_not_active_is_refused()
    {
        ServiceImage image = await _world.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(image.ImageId));
        ServiceImage active = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { Status = "deactivated" };
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(active.ImageId));
        Assert.Equal(0, _world.Service.Opened);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task Data_changed_behind_our_back_are_discarded()
    {
        ServiceImage image = await _world.AddAsync(Content);
        string data = Path.Combine(_world.Service.Location, image.ImageId, "data");
        byte[] changed = [.. Content];
        changed[1_234_567] ^= 1;
        await File.WriteAllBytesAsync(data, changed, Token);
        DigestMismatchException e = await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(image.ImageId));
        Assert.Equal("sha512", e.Algorithm);
        Assert.Equal(image.OsHashValue, e.Expected);
        Assert.Equal(TransferWorld.Sha512(changed), e.Actual);
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData(2_499_999, "only 2499999 came")]
    [InlineData(0, "only 0 came")]
    [InlineData(2_500_001, "more came")]
    [InlineData(9_000_000, "more came")]
    public async Task Too_few_or_too_many_bytes_are_a_failed_download(long comes, string reason)
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnOpen = _ => new FaultyStream(comes);
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(image.ImageId));
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.Empty(_world.Leftovers());
        Assert.Empty(_world.Inspector.Asked);
    }

    // Behaviours 073 and 074 of the reference.
    [Fact]
    public async Task A_stream_that_breaks_is_a_failed_download_with_the_systems_words()
    {
        ServiceImage image = await _world.AddAsync(Content);
        var stream = new FaultyStream(1_500_000, new IOException("Input/output error"));
        _world.Service.OnOpen = _ => stream;
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(image.ImageId));
        Assert.Contains("Input/output error", e.Message, StringComparison.Ordinal);
        Assert.True(stream.IsDisposed);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_error_of_another_kind_passes_unchanged()
    {
        ServiceImage image = await _world.AddAsync(Content);
        var cause = new NotAuthorizedException("image");
        _world.Service.OnOpen = _ => new FaultyStream(10, cause);
        Assert.Same(cause, await Assert.ThrowsAsync<NotAuthorizedException>(() => FetchAsync(image.ImageId)));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_cancelled_download_leaves_nothing()
    {
        ServiceImage image = await _world.AddAsync(Content);
        using var cancel = new CancellationTokenSource();
        _world.Service.OnGet = shown => shown with { Size = null };
        _world.Service.OnOpen = _ => new FaultyStream(long.MaxValue, onRead: position =>
        {
            if (position > 4_000_000)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ImageFetcher(_world.Context, _world.Service).FetchAsync(new FetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("disk") }, cancel.Token));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_image_larger_than_the_disk_is_refused_before_the_download()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { Size = long.MaxValue };
        ImageTooBigException e = await Assert.ThrowsAsync<ImageTooBigException>(() => FetchAsync(image.ImageId));
        Assert.Contains("Requested: 9223372036854775807", e.Reason, StringComparison.Ordinal);
        Assert.Equal(0, _world.Service.Opened);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_unsafe_image_is_refused_and_removed()
    {
        ServiceImage image = await _world.AddAsync("qcow2:EVIL"u8.ToArray(), "qcow2");
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        Assert.Equal(image.ImageId, e.ImageId);
        Assert.Equal("backing_file", Assert.Single(e.FailedChecks).Name);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task An_image_that_is_not_what_it_claims_is_refused()
    {
        ServiceImage image = await _world.AddAsync("qcow2:data"u8.ToArray(), "raw");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        Assert.Empty(_world.Leftovers());
    }

    [Theory]
    [InlineData("qcow2", "compressed")]
    [InlineData("vmdk", "ova")]
    [InlineData("vhd", "ovf")]
    public async Task A_wrapped_image_is_not_compared_but_still_judged(string diskFormat, string containerFormat)
    {
        ServiceImage image = await _world.AddAsync("gzip:..."u8.ToArray(), diskFormat, containerFormat);
        Assert.Equal("gzip", (await FetchAsync(image.ImageId)).Format);
        Assert.Contains("not judged", Assert.Single(_world.Log.Warnings), StringComparison.Ordinal);
        ServiceImage evil = await _world.AddAsync("qcow2:EVIL"u8.ToArray(), diskFormat, containerFormat);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(evil.ImageId, request => request with { Force = true }));
    }

    [Fact]
    public async Task The_format_check_can_be_skipped()
    {
        ServiceImage image = await _world.AddAsync("qcow2:EVIL"u8.ToArray(), "raw");
        Assert.Null((await FetchAsync(image.ImageId, request => request with { SkipFormatCheck = true })).Format);
        Assert.Empty(_world.Inspector.Asked);
    }

    [Fact]
    public async Task A_disk_format_that_nobody_knows_is_refused()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { DiskFormat = "nbd://host" };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId));
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task The_callers_hash_counts_besides_the_services()
    {
        ServiceImage image = await _world.AddAsync(Content);
        string sha256 = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Content));
        ImageFetchResult result = await FetchAsync(image.ImageId, request => request with { Hash = new HashDemand { ExpectedHash = sha256 } });
        Assert.Equal("sha256", result.HashAlgorithm);
        Assert.Equal(sha256.ToLowerInvariant(), result.Hash);
        DigestMismatchException e = await Assert.ThrowsAsync<DigestMismatchException>(
            () => FetchAsync(image.ImageId, request => request with { Hash = new HashDemand { ExpectedHash = new string('0', 64) }, Force = true }));
        Assert.Equal("sha256", e.Algorithm);
        Assert.Equal(Content, await File.ReadAllBytesAsync(_world.OutFile("disk"), Token));
    }

    [Fact]
    public async Task An_expected_hash_that_is_none_is_refused_before_anything()
    {
        ServiceImage image = await _world.AddAsync(Content);
        await Assert.ThrowsAsync<InvalidHashException>(() => FetchAsync(image.ImageId, request => request with { Hash = new HashDemand { ExpectedHash = "zzz" } }));
        Assert.Equal(0, _world.Service.Opened);
    }

    [Fact]
    public async Task The_checksum_counts_where_there_is_nothing_better()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { OsHashAlgo = null, OsHashValue = null };
        ImageFetchResult result = await FetchAsync(image.ImageId);
        Assert.True(result.IsHashVerified);
        Assert.Equal(image.OsHashValue, result.Hash);
        _world.Service.OnGet = shown => shown with { OsHashAlgo = null, OsHashValue = null, Checksum = new string('a', 32) };
        Assert.Equal("md5", (await Assert.ThrowsAsync<DigestMismatchException>(() => FetchAsync(image.ImageId, request => request with { Force = true }))).Algorithm);
    }

    [Fact]
    public async Task Without_any_promise_the_hash_is_told_and_can_be_required()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { OsHashAlgo = null, OsHashValue = null, Checksum = null };
        ImageFetchResult result = await FetchAsync(image.ImageId);
        Assert.False(result.IsHashVerified);
        Assert.Equal(image.OsHashValue, result.Hash);
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId, request => request with { Hash = new HashDemand { RequireHash = true }, Force = true }));
    }

    [Fact]
    public async Task An_algorithm_of_the_service_that_is_not_known_is_warned_of()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { OsHashAlgo = "blake2b" };
        Assert.True((await FetchAsync(image.ImageId)).IsHashVerified);
        Assert.Contains("blake2b", Assert.Single(_world.Log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_promise_that_is_no_hash_is_refused_before_the_download()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Service.OnGet = shown => shown with { OsHashValue = "not a hash" };
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => FetchAsync(image.ImageId));
        Assert.Equal(0, _world.Service.Opened);
    }

    [Fact]
    public async Task An_image_that_does_not_fit_the_volume_is_refused()
    {
        ServiceImage image = await _world.AddAsync(Content);
        _world.Inspector.VirtualSize = (1L << 30) + 1;
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image.ImageId, request => request with { VolumeSizeBytes = 1L << 30 }));
        Assert.Contains("doesn't fit in a volume of size 1GB", e.Reason, StringComparison.Ordinal);
        Assert.Empty(_world.Leftovers());
        _world.Inspector.VirtualSize = 1L << 30;
        await FetchAsync(image.ImageId, request => request with { VolumeSizeBytes = 1L << 30 });
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        ServiceImage image = await _world.AddAsync(Content);
        await Assert.ThrowsAsync<PathNotFoundException>(() => FetchAsync(image.ImageId, request => request with { DestinationPath = _world.OutFile("no/disk") }));
        Assert.Equal(0, _world.Service.Opened);
    }

    [Fact]
    public async Task The_end_is_reported()
    {
        ServiceImage image = await _world.AddAsync(Content);
        var heard = new List<OperationProgress>();
        OperationContext context = _world.Context with { Progress = new Listener(heard) };
        await new ImageFetcher(context, _world.Service).FetchAsync(new FetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("disk") }, Token);
        Assert.Equal(new OperationProgress($"Downloading image {image.ImageId}", Content.Length, Content.Length), heard[^1]);
    }

    private Task<ImageFetchResult> FetchAsync(string imageId, Func<FetchRequest, FetchRequest>? change = null)
    {
        var request = new FetchRequest { ImageId = imageId, DestinationPath = _world.OutFile("disk") };
        return new ImageFetcher(_world.Context, _world.Service).FetchAsync(change?.Invoke(request) ?? request, Token);
    }

    private sealed class Listener(List<OperationProgress> heard) : IProgress<OperationProgress>
    {
        public void Report(OperationProgress value) => heard.Add(value);
    }
}
