using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>Bad images are refused while they come, not when they are here.</summary>
public sealed class EarlyRefusalTests : IDisposable
{
    private const long Large = 200L << 20;
    private const long SoonEnough = 4 << 20;

    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    private async Task<(ServiceImage Image, CountedStream Stream)> OfferAsync(string begins, string diskFormat = "qcow2", string container = "bare")
    {
        ServiceImage image = await _world.AddAsync([1], diskFormat, container);
        var stream = new CountedStream(begins, Large);
        _world.Service.OnGet = shown => shown with { Size = Large, Checksum = null, OsHashAlgo = null, OsHashValue = null };
        _world.Service.OnOpen = _ => stream;
        return (image, stream);
    }

    private Task<ImageFetchResult> FetchAsync(ServiceImage image) =>
        new ImageFetcher(_world.Context, _world.Service).FetchAsync(new FetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("disk") }, Token);

    [Fact]
    public async Task A_fetch_ends_with_the_first_mebibytes_of_a_bad_image()
    {
        (ServiceImage image, CountedStream stream) = await OfferAsync("qcow2:EVIL");
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image));
        Assert.Equal(CheckNames.BackingFile, Assert.Single(e.FailedChecks).Name);
        Assert.Equal(image.ImageId, e.ImageId);
        Assert.InRange(stream.Given, 1, SoonEnough);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_wrong_claim_ends_a_fetch_as_soon()
    {
        (ServiceImage image, CountedStream stream) = await OfferAsync("vmdk:");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => FetchAsync(image));
        Assert.InRange(stream.Given, 1, SoonEnough);
    }

    [Fact]
    public async Task A_volume_and_a_temporary_image_are_refused_as_soon()
    {
        (ServiceImage image, CountedStream stream) = await OfferAsync("qcow2:EVIL");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => new TemporaryImages(_world.Context, _world.Service).OpenAsync(image.ImageId, Token));
        Assert.InRange(stream.Given, 1, SoonEnough);
        _world.Service.OnOpen = _ => stream = new CountedStream("qcow2:EVIL", Large);
        var request = new VolumeFetchRequest { ImageId = image.ImageId, DestinationPath = _world.OutFile("disk"), OutputFormat = DiskFormat.Raw };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => new VolumeFetcher(_world.Context, _world.Service, _world.Converter).FetchAsync(request, Token));
        Assert.InRange(stream.Given, 1, SoonEnough);
        Assert.Empty(_world.Leftovers());
    }

    [Fact]
    public async Task A_good_image_is_inspected_once_more_when_it_is_whole()
    {
        (ServiceImage image, CountedStream stream) = await OfferAsync("qcow2:");
        await FetchAsync(image);
        Assert.Equal(Large, stream.Given);
        Assert.Single(_world.Inspector.Asked);
    }

    [Fact]
    public async Task A_volume_from_a_stream_is_refused_before_it_is_read_whole()
    {
        var stream = new CountedStream("qcow2:EVIL", Large);
        ServiceImage queued = await _world.Service.CreateAsync(new NewServiceImage { DiskFormat = "qcow2", ContainerFormat = "bare" }, Token);
        var request = new PublishRequest { Source = stream, ImageId = queued.ImageId, VolumeFormat = DiskFormat.Qcow2 };
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => new ImagePublisher(_world.Context, _world.Service, _world.Converter).PublishAsync(request, Token));
        Assert.InRange(stream.Given, 1, SoonEnough);
        Assert.Empty(_world.Leftovers());
    }

    /// <summary>A word and zeros, counted.</summary>
    private sealed class CountedStream(string begins, long length) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int given = (int)Math.Min(count, length - Given);
            buffer.AsSpan(offset, given).Clear();
            if (Given == 0)
            {
                System.Text.Encoding.ASCII.GetBytes(begins).CopyTo(buffer.AsSpan(offset));
            }

            Given += given;
            return given;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
