using ImageUtils.Core.Tests.Support;
using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Core.Tests.Storage;

public sealed class SparseCopyTests : IDisposable
{
    private const int Length = (5 << 20) + 777;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, Length)]
    [InlineData(512, 4 << 20)]
    [InlineData(Length - 1, 1)]
    [InlineData(3 << 20, 0)]
    public async Task Every_part_is_copied_exactly(int offset, int length)
    {
        byte[] content = MakeSource();
        await CopyAsync(offset, length, new SparseCopyOptions());
        byte[] copied = await File.ReadAllBytesAsync(_folder.File("target"), TestContext.Current.CancellationToken);
        Assert.True(content.AsSpan(offset, length).SequenceEqual(copied));
    }

    [Fact]
    public async Task Holes_and_zeros_take_no_space_unless_asked_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Allocation is asked of statx.");
        MakeSource();
        SparseCopyResult sparse = await CopyAsync(0, Length, new SparseCopyOptions());
        long sparseBytes = FileIdentity.Of(_folder.File("target"))!.AllocatedBytes;
        SparseCopyResult full = await CopyAsync(0, Length, new SparseCopyOptions { WriteZeros = true });
        long fullBytes = FileIdentity.Of(_folder.File("target"))!.AllocatedBytes;
        Assert.True(sparseBytes < 1 << 20, $"{sparseBytes} bytes");
        Assert.True(fullBytes >= Length, $"{fullBytes} bytes");
        Assert.Equal(Length, full.BytesWritten);
        Assert.True(sparse.BytesWritten < full.BytesWritten);
    }

    [Fact]
    public async Task Progress_ends_at_the_length_although_the_end_is_a_hole()
    {
        using (FileStream stream = File.Create(_folder.File("source")))
        {
            stream.SetLength(Length);
        }

        long last = 0;
        await CopyAsync(0, Length, new SparseCopyOptions { OnProgress = done => last = done });
        Assert.Equal(Length, last);
    }

    [Fact]
    public async Task A_source_that_is_too_short_is_an_error()
    {
        await File.WriteAllBytesAsync(_folder.File("source"), new byte[100], TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<EndOfStreamException>(() => CopyAsync(0, 101, new SparseCopyOptions()));
    }

    [Fact]
    public async Task A_speed_limit_ends_with_a_cancellation()
    {
        MakeSource();
        using var source = new CancellationTokenSource();
        var options = new SparseCopyOptions { WriteZeros = true, MaxBytesPerSecond = 1, OnProgress = _ => source.CancelAfter(10) };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CopyAsync(0, Length, options, source.Token));
    }

    /// <summary>Data at the beginning, a hole, data across a chunk's border, written zeros, data at the end.</summary>
    private byte[] MakeSource()
    {
        byte[] content = new byte[Length];
        new Random(7).NextBytes(content.AsSpan(0, 10_000));
        new Random(8).NextBytes(content.AsSpan((3 << 20) - 5000, 10_000));
        content[^1] = 1;
        using FileStream stream = File.Create(_folder.File("source"));
        stream.Write(content, 0, 10_000);
        stream.Seek((3 << 20) - 5000, SeekOrigin.Begin);
        stream.Write(content, (3 << 20) - 5000, 200_000);
        stream.Seek(Length - 1, SeekOrigin.Begin);
        stream.WriteByte(1);
        return content;
    }

    private async Task<SparseCopyResult> CopyAsync(long offset, long length, SparseCopyOptions options, CancellationToken cancellationToken = default)
    {
        using SafeFileHandle source = File.OpenHandle(_folder.File("source"));
        using SafeFileHandle target = File.OpenHandle(_folder.File("target"), FileMode.Create, FileAccess.Write);
        return await SparseCopy.CopyAsync(source, offset, length, target, options, cancellationToken);
    }
}
