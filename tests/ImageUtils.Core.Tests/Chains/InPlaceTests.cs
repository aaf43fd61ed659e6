using ImageUtils.Chains;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Chains;

public sealed class InPlaceTests : IDisposable
{
    private readonly MergeRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task A_cancelled_merge_puts_the_base_back_byte_for_byte()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        byte[] before = File.ReadAllBytes(paths[2]);
        int reports = 0;
        using var stop = new CancellationTokenSource();
        var progress = new Listener(() =>
        {
            if (++reports == 5)
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new VhdChainMerger(_room.Context with { Progress = progress }).MergeAsync(Request(), stop.Token));
        Assert.Equal(before, File.ReadAllBytes(paths[2]));
        Assert.Equal(3, Directory.GetFileSystemEntries(_room.Links).Length);
    }

    [Fact]
    public async Task A_second_merge_changes_nothing()
    {
        ModelVhd[] chain = SmallChain.Three();
        string[] paths = SmallChain.Save(chain, _room.Links);
        await _room.MergeAsync(Request());
        byte[] merged = File.ReadAllBytes(paths[2]);
        await _room.MergeAsync(Request());
        Assert.Equal(merged, File.ReadAllBytes(paths[2]));
        Assert.Equal(ModelVhd.Merge(chain), PlainVhdReader.Read(merged, obeyBitmaps: false));
    }

    [Fact]
    public async Task A_base_that_somebody_uses_is_left_alone()
    {
        string[] paths = SmallChain.Save(SmallChain.Three(), _room.Links);
        byte[] before = File.ReadAllBytes(paths[2]);
        using (new FileStream(paths[2], FileMode.Open, FileAccess.Read, FileShare.Read))
        {
            await Assert.ThrowsAsync<DestinationUnwritableException>(() => _room.MergeAsync(Request()));
        }

        Assert.Equal(before, File.ReadAllBytes(paths[2]));
        Assert.Equal(3, Directory.GetFileSystemEntries(_room.Links).Length);
    }

    [Fact]
    public async Task What_stays_the_VHD_it_is_takes_no_other_format()
    {
        SmallChain.Save(SmallChain.Three(), _room.Links);
        await Assert.ThrowsAsync<ArgumentException>(() => _room.MergeAsync(Request() with { OutputFormat = DiskFormat.Raw }));
        await Assert.ThrowsAsync<ArgumentException>(() => _room.MergeAsync(Request() with { DestinationPath = _room.Result("x") }));
        await Assert.ThrowsAsync<NotSupportedOperationException>(() => _room.MergeAsync(Request() with { InPlace = false, DestinationPath = _room.Result("x"), OutputFormat = DiskFormat.Qcow2 }));
    }

    private VhdMergeRequest Request() => new() { Source = new VhdChainSource { DirectoryPath = _room.Links }, InPlace = true };

    private sealed class Listener(Action onReport) : IProgress<ImageUtils.Operations.OperationProgress>
    {
        public void Report(ImageUtils.Operations.OperationProgress value) => onReport();
    }
}
