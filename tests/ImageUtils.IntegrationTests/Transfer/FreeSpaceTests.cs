using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>How much room a download wants: more than its size, as cinder has it.</summary>
public sealed class FreeSpaceTests : IDisposable
{
    private const int Reserve = 128 << 10;

    private readonly ServiceRoom _room = new();

    public void Dispose() => _room.Dispose();

    // Behaviour 181 of the reference.
    [Theory]
    [InlineData(0, false)]
    [InlineData(Reserve, true)]
    public async Task Room_for_exactly_as_much_is_too_little(int spared, bool fits)
    {
        string small = _room.SmallDisk("small", "2m");
        long free = DiskSpace.AvailableBytes(small);
        await File.WriteAllBytesAsync(_room.File("disk"), new byte[free - spared], TestContext.Current.CancellationToken);
        ServiceImage image = await _room.RegisterAsync(_room.File("disk"), "raw");
        Task<ImageFetchResult> fetch = _room.FetchAsync(image.ImageId, Path.Combine(small, "disk"));
        if (fits)
        {
            Assert.Equal(free - spared, (await fetch).Size);
            return;
        }

        ImageTooBigException e = await Assert.ThrowsAsync<ImageTooBigException>(() => fetch);
        Assert.Contains(FormattableString.Invariant($"Requested: {free}, available: {free}."), e.Reason, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(small));
    }
}
