using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Formats;

/// <summary>gzip: its header, its end, its size, and what is inside.</summary>
public class GzipTests
{
    private const int MiB = 1 << 20;

    private static readonly byte[] Good = MadeGzip.Of(MadeQcow2.Version3());

    /// <summary>A disk that does not fit what is unpacked whole at metadata depth: an image, and noise behind it.</summary>
    private static byte[] Large(byte[] image, int noise = 3 * MiB)
    {
        byte[] content = new byte[image.Length + noise];
        new Random(7).NextBytes(content.AsSpan(image.Length));
        return content.Put(0, image);
    }

    private static byte[] WithHeader(byte flags, params byte[] fields)
    {
        byte[] gzip = [.. Good[..10], .. fields, .. Good[10..]];
        gzip[3] = flags;
        return gzip;
    }

    private static ImageInspection Full(byte[] gzip) => Verdict.OfFull(gzip);

    [Fact]
    public void A_large_gzip_is_judged_by_its_beginning_and_at_full_depth_whole()
    {
        byte[] gzip = MadeGzip.Of(Large(MadeQcow2.Version3()));
        using var reader = new MemoryImageReader(gzip);
        ImageInspection inspection = new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken);
        Assert.True(inspection.IsAcceptable);
        Assert.Contains("-Depth Full", Verdict.Check(inspection, CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.Equal(CheckOutcome.Warning, Verdict.Check(inspection, CheckNames.Container).Outcome);
        Assert.Equal(MadeQcow2.DiskSize, inspection.Facts.VirtualSize);
        Assert.InRange(reader.BytesRead, 1, MiB);

        ImageInspection full = Full(gzip);
        Assert.Empty(Verdict.Failed(full));
        Assert.DoesNotContain("-Depth Full", Verdict.Check(full, CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.Equal(MadeQcow2.DiskSize, full.Facts.VirtualSize);
        Assert.Equal("qcow2", full.Facts.InnerFormat?.Name);
    }

    [Fact]
    public void A_large_gzip_of_a_bad_image_is_refused_by_its_beginning() =>
        Verdict.Fails(MadeGzip.Of(Large(MadeQcow2.WithBacking("/etc/passwd"))), CheckNames.Container, "[backing_file]");

    [Fact]
    public void What_stands_behind_the_beginning_is_refused_at_full_depth()
    {
        byte[] image = new byte[6 * MiB];
        new Random(7).NextBytes(image.AsSpan(MiB));
        image.Put(image.Length - 512, MadeVhd.Fixed(footer => footer.Be64(48, 1UL << 50)).AsSpan(MadeVhd.FixedSize));
        byte[] gzip = MadeGzip.Of(image);
        Assert.True(Verdict.Of(gzip).IsAcceptable);
        Assert.Contains("(vhd)", Verdict.Check(Full(gzip), CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.False(Full(gzip).IsAcceptable);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-9)]
    [InlineData(-1)]
    public void A_large_gzip_that_is_damaged_or_cut_is_refused_at_full_depth(int change)
    {
        byte[] gzip = MadeGzip.Of(Large(MadeQcow2.Version3()));
        Assert.False(Full(change < 0 ? gzip[..^-change] : [.. gzip[..^change], 0xff, .. gzip[^(change - 1)..]]).IsAcceptable);
    }

    [Fact]
    public void Damage_in_the_beginning_of_a_large_gzip_is_refused_at_once()
    {
        byte[] gzip = MadeGzip.Of(Large(MadeQcow2.Version3()));
        gzip[20] ^= 0xff;
        gzip[21] ^= 0xff;
        Assert.Equal([CheckNames.Container], Verdict.Failed(Verdict.Of(gzip)));
    }

    [Fact]
    public void A_large_gzip_of_a_small_content_hides_something_behind_it() =>
        Verdict.Fails([.. Good, .. new byte[MiB]], CheckNames.Container, "something else follows");

    [Fact]
    public void Fields_of_the_header_are_passed_over()
    {
        Verdict.Passes(WithHeader(0x08, Encoding.Latin1.GetBytes("disk.qcow2\0")), "gzip");
        Verdict.Passes(WithHeader(0x1c, [4, 0, 1, 2, 3, 4, .. "name\0comment\0"u8]), "gzip");
    }

    [Theory]
    [InlineData(0x20, "", "nobody has defined")]
    [InlineData(0x80, "", "nobody has defined")]
    [InlineData(0x08, "../../etc/passwd\0", "would leave the folder")]
    [InlineData(0x08, "/etc/passwd\0", "would leave the folder")]
    public void A_hostile_header_is_refused(byte flags, string fields, string words) => Verdict.Fails(WithHeader(flags, Encoding.Latin1.GetBytes(fields)), CheckNames.Container, words);

    [Theory]
    [InlineData(0x08, "a name that does not end")]
    [InlineData(0x10, "a comment that does not end")]
    [InlineData(0x04, "a header that does not end")]
    public void A_header_without_an_end_is_refused(byte flags, string words)
    {
        byte[] gzip = Enumerable.Repeat((byte)'x', 200_000).ToArray();
        gzip.Put(0, [0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, 0xff, 0xff]);
        Verdict.Fails(flags == 4 ? gzip[..1000] : gzip, CheckNames.Container, words);
    }

    [Fact]
    public void A_wrong_checksum_of_the_header_is_refused() =>
        Verdict.Fails(WithHeader(0x02, 0xde, 0xad), CheckNames.Container, "wrong");

    [Theory]
    [InlineData(8)]
    [InlineData(4)]
    [InlineData(1)]
    public void A_cut_trailer_is_refused(int missing) => Verdict.Fails(Good[..^missing], CheckNames.Container, "it was cut");

    [Fact]
    public void A_gzip_of_nothing_is_refused() => Verdict.Fails(MadeGzip.Of([]), CheckNames.Container, "holds nothing");

    [Fact]
    public void Members_make_one_content_together_and_zeros_behind_them_are_told()
    {
        byte[] content = MadeGzip.Open(Good);
        byte[] members = [.. MadeGzip.Of(content[..1000]), .. MadeGzip.Of([]), .. MadeGzip.Of(content[1000..])];
        Verdict.Passes(members, "gzip");
        Assert.Equal(Verdict.Of(Good).Facts.VirtualSize, Verdict.Of(members).Facts.VirtualSize);
        Verdict.Warns([.. Good, .. new byte[512]], CheckNames.Container, "Zeros follow");
        Verdict.Fails([.. Good, .. new byte[512], 1], CheckNames.Container, "appended");
    }

    [Fact]
    public void More_members_without_content_than_any_program_writes_are_refused() =>
        Verdict.Fails([.. Enumerable.Repeat(MadeGzip.Of([]), 2000).SelectMany(member => member), .. Good], CheckNames.Container, "more members without content");

    [Fact]
    public void A_bomb_is_refused_by_what_it_says_of_itself()
    {
        byte[] bomb = MadeGzip.Of(new byte[1 << 30]);
        using var reader = new MemoryImageReader(bomb);
        ImageInspection inspection = new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken);
        Assert.Contains("a decompression bomb", Verdict.Check(inspection, CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.InRange(reader.BytesRead, 1, 256 * 1024);
        bomb.Le32(bomb.Length - 4, 5 << 20);
        Assert.Contains("a decompression bomb", Verdict.Check(Full(bomb), CheckNames.Container).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plain_disk_in_a_large_gzip_has_the_size_that_the_end_gives()
    {
        byte[] disk = Large(new byte[MiB]);
        Assert.Equal(disk.Length, Verdict.Of(MadeGzip.Of(disk)).Facts.VirtualSize);
        Assert.Equal("raw", Verdict.Of(MadeGzip.Of(disk)).Facts.InnerFormat?.Name);
    }

    [Fact]
    public void An_archive_in_a_gzip_is_opened_and_nothing_deeper()
    {
        Verdict.Passes(MadeGzip.Of(MadeTar.Of(("disk.img", MadeQcow2.Version3(), '0'))), "gzip");
        Assert.Equal(MadeQcow2.DiskSize, Verdict.Of(MadeGzip.Of(MadeTar.Of(("disk.img", MadeQcow2.Version3(), '0')))).Facts.VirtualSize);
        Verdict.Fails(MadeGzip.Of(MadeTar.Of(("disk.img", MadeQcow2.WithBacking("x"), '0'))), CheckNames.Container, "[backing_file]");
        Verdict.Fails(MadeGzip.Of(MadeTar.Of(("disk.tar", MadeTar.Of(("a", new byte[512], '0')), '0'))), CheckNames.Container, "cannot be judged");
        Verdict.Fails(MadeGzip.Of(MadeTar.Of(("disk.gz", Good, '0'))), CheckNames.Container, "cannot be judged");
        Verdict.Fails(MadeTar.Of(("disk.tar", MadeTar.Of(("a", new byte[512], '0')), '0')), CheckNames.Container, "cannot be judged");
        Verdict.Fails(MadeGzip.Of(MadeZip.Of(new byte[512])), CheckNames.Container, "cannot be judged");
    }

    [Fact]
    public void Of_a_large_archive_in_a_gzip_the_first_members_are_judged()
    {
        Assert.True(Verdict.Of(MadeGzip.Of(MadeTar.Of(("disk.img", Large(MadeQcow2.Version3()), '0')))).IsAcceptable);
        Verdict.Fails(MadeGzip.Of(MadeTar.Of(("disk.img", Large(MadeQcow2.WithBacking("x")), '0'))), CheckNames.Container, "[backing_file]");
        Verdict.Fails(MadeGzip.Of(MadeTar.Of(("../x", Large(new byte[512]), '0'))), CheckNames.Container, "would leave the folder");
    }
}
