using ImageUtils.Core.Tests.Support;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Storage;

public class UnpackedImageReaderTests
{
    private static readonly byte[] Content = Make();
    private static readonly byte[] Packed = MadeGzip.Of(Content);

    /// <summary>40 MiB, more than is kept, in which every page is another one.</summary>
    private static byte[] Make()
    {
        byte[] content = new byte[(40 << 20) + 12_345];
        for (int index = 0; index < content.Length; index += 1024)
        {
            BitConverter.TryWriteBytes(content.AsSpan(index), index * 2654435761L);
        }

        return content;
    }

    private static UnpackedImageReader Open(byte[] packed, UnpackingLimits? limits = null) =>
        UnpackedImageReader.Open(
            () => new InflatingSequence(new MemoryImageReader(packed), DeflateFraming.Gzip),
            packed.Length,
            "image",
            limits ?? UnpackingLimits.Default,
            long.MaxValue,
            TestContext.Current.CancellationToken)!;

    [Fact]
    public void Any_place_is_read_in_any_order()
    {
        using UnpackedImageReader reader = Open(Packed);
        Assert.Equal(Content.Length, reader.Length);
        Assert.Equal(Packed.Length, reader.Packed);
        Assert.Equal(Crc32.Append(0, Content), reader.Checksum);
        foreach (int offset in new[] { 0, 20 << 20, (30 << 20) + 17, 2 << 20, 5 << 20, (40 << 20) + 12_000, 65_530, Content.Length })
        {
            Assert.True(Content.AsSpan(offset, Math.Min(100_000, Content.Length - offset)).SequenceEqual(reader.ReadArray(offset, 100_000)));
        }
    }

    [Fact]
    public void Beginning_anew_is_bounded()
    {
        using UnpackedImageReader reader = Open(Packed, UnpackingLimits.Default with { FreeReplay = 0, MostReplays = 2 });
        Assert.Throws<ContentNotHereException>(() =>
        {
            for (int round = 0; round < 20; round++)
            {
                _ = reader.ReadArray((20 << 20) - (round << 20), 512);
            }
        });
    }

    [Fact]
    public void What_is_kept_needs_no_second_run()
    {
        using UnpackedImageReader reader = Open(Packed, UnpackingLimits.Default with { FreeReplay = 0, MostReplays = 0 });
        Assert.True(Content.AsSpan(0, 1 << 20).SequenceEqual(reader.ReadArray(0, 1 << 20)));
        Assert.True(Content.AsSpan(Content.Length - 100_000).SequenceEqual(reader.ReadArray(Content.Length - 100_000, 100_000)));
        Assert.True(Content.AsSpan(0, 1 << 20).SequenceEqual(reader.ReadArray(0, 1 << 20)));
    }

    [Fact]
    public void Damage_and_cuts_are_found_before_anything_is_read()
    {
        byte[] damaged = [.. Packed];
        damaged[Packed.Length / 2] ^= 0x55;
        Assert.Contains("wrong", Assert.Throws<UnpackingException>(() => Open(damaged)).Message, StringComparison.Ordinal);
        Assert.Contains("cut", Assert.Throws<UnpackingException>(() => Open(Packed[..^1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_limits_hold()
    {
        Assert.Contains("more than 1000 bytes", Assert.Throws<UnpackingException>(() => Open(Packed, UnpackingLimits.Default with { MostBytes = 1000 })).Message, StringComparison.Ordinal);
        Assert.Contains("bomb", Assert.Throws<UnpackingException>(() => Open(Packed, UnpackingLimits.Default with { MostRatio = 2, FreeBytes = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("minutes", Assert.Throws<UnpackingException>(() => Open(Packed, UnpackingLimits.Default with { MostTime = TimeSpan.Zero })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_longer_than_is_worth_an_answer_at_once_is_given_up() =>
        Assert.Null(UnpackedImageReader.Open(() => new InflatingSequence(new MemoryImageReader(Packed), DeflateFraming.Gzip), Packed.Length, "image", UnpackingLimits.Default, Content.Length - 1, TestContext.Current.CancellationToken));

    [Fact]
    public void A_cancelled_run_ends() =>
        Assert.Throws<OperationCanceledException>(() => UnpackedImageReader.Open(
            () => new InflatingSequence(new MemoryImageReader(Packed), DeflateFraming.Gzip), Packed.Length, "image", UnpackingLimits.Default, long.MaxValue, new CancellationToken(canceled: true)));
}
