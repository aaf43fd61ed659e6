using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

public sealed class GzipExpansionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(3_000_001)]
    public async Task What_was_packed_comes_out(int length)
    {
        byte[] content = Noise(length);
        Assert.Equal(content, await UnpackAsync(MadeGzip.Of(content)));
    }

    [Fact]
    public async Task Members_follow_one_another()
    {
        byte[] one = Noise(700_000);
        byte[] packed = [.. MadeGzip.Of(one), .. MadeGzip.Of([]), .. MadeGzip.Of([1, 2, 3])];
        Assert.Equal([.. one, 1, 2, 3], await UnpackAsync(packed));
    }

    // gzip(1) takes zeros behind the end for the rest of a tape's last block.
    [Fact]
    public async Task Zeros_behind_the_end_are_no_data() => Assert.Equal([1, 2, 3], await UnpackAsync([.. MadeGzip.Of([1, 2, 3]), .. new byte[600_000]]));

    // The runtime's stream takes every one of these for whole.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(100)]
    [InlineData(250_000)]
    public async Task A_gzip_that_was_cut_is_refused(int missing) => await RefusedAsync(MadeGzip.Of(Noise(300_000))[..^missing], "it was cut");

    [Fact]
    public async Task A_second_member_that_was_cut_is_refused() => await RefusedAsync([.. MadeGzip.Of([1]), .. MadeGzip.Of([2])[..5]], "it was cut");

    [Theory]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 0, 0, 7 })]
    public async Task Something_else_behind_the_end_is_refused(byte[] more) => await RefusedAsync([.. MadeGzip.Of(Noise(300_000)), .. more], "something else");

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_wrong_byte_is_refused(int fromEnd)
    {
        byte[] packed = MadeGzip.Of(Noise(300_000));
        packed[^fromEnd] ^= 0x40;
        await RefusedAsync(packed, "are wrong");
    }

    [Fact]
    public async Task A_wrong_beginning_of_a_second_member_is_refused()
    {
        byte[] second = MadeGzip.Of([2]);
        second[1] = 0x8c;
        await RefusedAsync([.. MadeGzip.Of([1]), .. second], "are wrong");
    }

    [Fact]
    public async Task Zeros_become_holes_that_read_as_zeros()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a file system with holes.");
        byte[] content = new byte[16 << 20];
        content[5 << 20] = 1;
        content[^1] = 2;
        string path = _folder.File("unpacked");
        Assert.Equal(content, await UnpackAsync(MadeGzip.Of(content)));
        Assert.InRange(FileIdentity.Of(path)!.AllocatedBytes, 1, 4 << 20);
    }

    [Fact]
    public async Task Too_many_bytes_are_refused()
    {
        var limits = new GzipLimits { MostBytes = 2_000_000 };
        Assert.Contains("unpacks to more than", (await RefusedAsync(MadeGzip.Of(Noise(3_100_000)), "more than", limits)).Reason, StringComparison.Ordinal);
        Assert.Equal(900_000, (await UnpackAsync(MadeGzip.Of(Noise(900_000)), limits)).Length);
    }

    [Fact]
    public async Task A_bomb_is_refused_and_a_small_empty_disk_is_none()
    {
        var limits = new GzipLimits { FreeBytes = 4 << 20 };
        await RefusedAsync(MadeGzip.Of(new byte[16 << 20]), "250 times", limits);
        Assert.Equal(4 << 20, (await UnpackAsync(MadeGzip.Of(new byte[4 << 20]), limits)).Length);
    }

    [Fact]
    public async Task Too_long_is_refused() =>
        await Assert.ThrowsAsync<TimedOutException>(() => UnpackAsync(MadeGzip.Of(Noise(1000)), new GzipLimits { MostTime = TimeSpan.FromTicks(-1) }));

    [Fact]
    public async Task A_cancellation_ends_it()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UnpackAsync(MadeGzip.Of([1]), GzipLimits.Default, cancelled.Token));
    }

    private static byte[] Noise(int length)
    {
        byte[] content = new byte[length];
        new Random(7).NextBytes(content);
        return content;
    }

    private async Task<byte[]> UnpackAsync(byte[] packed, GzipLimits? limits = null, CancellationToken? token = null)
    {
        string path = _folder.File("unpacked");
        await using (FileStream destination = File.Create(path))
        {
            // Pieces of odd sizes, as a network gives them.
            await using var source = new BufferedStream(new MemoryStream(packed), 1 << 16);
            long length = await new GzipExpansion("image", limits ?? GzipLimits.Default, ProgressMeter.None).RunAsync(source, destination, token ?? Token);
            Assert.Equal(length, destination.Length);
        }

        return await File.ReadAllBytesAsync(path, Token);
    }

    private async Task<ImageUnacceptableException> RefusedAsync(byte[] packed, string why, GzipLimits? limits = null)
    {
        ImageUnacceptableException e = await Assert.ThrowsAsync<ImageUnacceptableException>(() => UnpackAsync(packed, limits));
        Assert.Contains(why, e.Reason, StringComparison.Ordinal);
        return e;
    }
}
