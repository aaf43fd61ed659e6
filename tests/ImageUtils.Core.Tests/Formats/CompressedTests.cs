using ImageUtils.Core.Tests.Fuzzing;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Formats;

/// <summary>xz, zstd and bzip2: opened within bounds, and judged by what is inside.</summary>
public class CompressedTests
{
    private const int MiB = 1 << 20;

    public static TheoryData<string> Formats => ["xz", "zstd", "bzip2"];

    private static byte[] Pack(string format, byte[] content) => format == "xz" ? new MadeXz().Of(content) : MadeCompressed.Of(format, content);

    private static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(5).NextBytes(bytes);
        return bytes;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_good_image_inside_passes_with_its_size(string format)
    {
        byte[] packed = Pack(format, MadeQcow2.Version3());
        foreach (ImageInspection inspection in new[] { Verdict.Of(packed), Verdict.OfFull(packed) })
        {
            Assert.Empty(Verdict.Failed(inspection));
            Assert.Equal((format, "qcow2", MadeQcow2.DiskSize), (inspection.Facts.Format.Name, inspection.Facts.InnerFormat?.Name, inspection.Facts.VirtualSize));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_bad_image_inside_is_refused_for_what_is_wrong_with_it(string format) =>
        Verdict.Fails(Pack(format, MadeQcow2.WithBacking("/etc/passwd")), CheckNames.Container, "[backing_file]");

    [Theory]
    [MemberData(nameof(Formats))]
    public void Of_a_large_one_the_beginning_is_judged_at_metadata_depth(string format)
    {
        byte[] packed = Pack(format, Noise(3 * MiB).Put(0, MadeQcow2.WithBacking("/etc/passwd")));
        using MemoryImageReader reader = new(packed);
        ImageInspection inspection = new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken);
        Assert.Contains("[backing_file]", Verdict.Check(inspection, CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.InRange(reader.BytesRead, 1, MiB);
        byte[] good = Pack(format, Noise(3 * MiB).Put(0, MadeQcow2.Version3()));
        Verdict.Warns(good, CheckNames.Container, "-Depth Full");
        Assert.Empty(Verdict.Failed(Verdict.OfFull(good)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_was_damaged_cut_or_lengthened_is_refused(string format)
    {
        byte[] packed = Pack(format, Noise(600));
        List<int> unseen = [];
        for (int position = 0; position < packed.Length; position++)
        {
            byte[] damaged = [.. packed];
            damaged[position] ^= 0x40;
            ImageInspection inspection = Verdict.OfFull(damaged);
            if (inspection.IsAcceptable && inspection.Facts.Format.Name == format)
            {
                unseen.Add(position);
            }
        }

        // The digit of bzip2 is a size of memory that more than suffices.
        Assert.True(unseen.Count <= 2, string.Join(' ', unseen));
        for (int length = 16; length < packed.Length; length += 7)
        {
            Assert.False(Verdict.OfFull(packed[..length]).IsAcceptable, $"cut to {length}");
        }

        Assert.False(Verdict.OfFull(packed[..^1]).IsAcceptable);
        Assert.False(Verdict.OfFull([.. packed, 1, 2, 3, 4]).IsAcceptable);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Several_in_one_file_are_one_content_as_their_programs_take_them(string format)
    {
        byte[] image = MadeQcow2.Version3();
        byte[] packed = [.. Pack(format, image[..70000]), .. Pack(format, image[70000..])];
        Assert.Equal("qcow2", Verdict.OfFull(packed).Facts.InnerFormat?.Name);
        Assert.Empty(Verdict.Failed(Verdict.OfFull(packed)));
    }

    [Fact]
    public void A_bomb_is_refused_and_an_empty_disk_is_none()
    {
        Verdict.Fails(MadeCompressed.Of("zstd", new byte[8 * MiB], times: 140), CheckNames.Container, "decompression bomb", new InspectionRequest { Depth = InspectionDepth.Full });
        byte[] empty = MadeCompressed.Of("bzip2", new byte[8 * MiB], times: 10);
        Assert.InRange(empty.Length, 1, 80 * MiB / 5000);
        Assert.Equal(80 * MiB, Verdict.OfFull(empty).Facts.VirtualSize);
        Verdict.Warns(empty, CheckNames.Container, "Only the first 1048576 bytes");
    }

    [Fact]
    public void Thousands_of_parts_that_hold_nothing_are_not_waited_for()
    {
        byte[] empty = Convert.FromHexString("425a683917724538509000000000");
        Verdict.Fails([.. Enumerable.Repeat(empty, 2000).SelectMany(part => part)], CheckNames.Container, "more parts");
        byte[][] blocks = [.. Enumerable.Repeat(new byte[1], 100)];
        Verdict.Fails(new MadeXz { Dictionary = 28 }.Of(blocks), CheckNames.Container, "more parts");
        Verdict.Passes(new MadeXz { Dictionary = 28 }.Of(blocks[..20]), "xz");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Nothing_inside_is_refused(string format) => Verdict.Fails(Pack(format, []), CheckNames.Container, "holds nothing");

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_archive_inside_is_opened_and_a_second_wrapper_is_not(string format)
    {
        byte[] archive = MadeTar.Of(("disk.qcow2", MadeQcow2.Version3(), '0'));
        Assert.Equal("qcow2", Verdict.OfFull(Pack(format, archive)).Facts.InnerFormat?.Name);
        Assert.Empty(Verdict.Failed(Verdict.Of(Pack(format, archive))));
        Verdict.Fails(Pack(format, MadeTar.Of(("/etc/passwd", new byte[512], '0'))), CheckNames.Container, "would leave the folder");
        Verdict.Fails(Pack(format, Pack(format, new byte[512])), CheckNames.Container, "cannot be judged");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    public void Every_kind_of_checksum_of_xz_is_compared(byte kind)
    {
        MadeXz made = new() { Check = kind };
        byte[] packed = made.Of(MadeQcow2.Version3());
        Assert.Empty(Verdict.Failed(Verdict.OfFull(packed)));
        if (kind > 0)
        {
            packed[MadeQcow2.Data + 100] ^= 1;
            Verdict.Fails(packed, CheckNames.Container, "checksum are wrong", new InspectionRequest { Depth = InspectionDepth.Full });
        }
    }

    [Fact]
    public void Zeros_behind_an_xz_are_padding_as_long_as_they_are_few()
    {
        byte[] packed = new MadeXz().Of(MadeQcow2.Version3());
        Assert.Empty(Verdict.Failed(Verdict.OfFull([.. packed, .. new byte[4096]])));
        Verdict.Fails([.. packed, .. new byte[2 * MiB]], CheckNames.Container, "more zeros follow", new InspectionRequest { Depth = InspectionDepth.Full });
        Assert.False(Verdict.OfFull([.. packed, .. new byte[6]]).IsAcceptable);
    }

    [Fact]
    public void Empty_blocks_of_zstd_without_end_are_not_followed()
    {
        // A frame without a length and a checksum, whose zeros are empty blocks as far as the file goes.
        byte[] frame = Convert.FromHexString("28b52ffd0058");
        using var reader = new MutatedImageReader(new MutatedImage(frame, 1L << 40, []), remembersReads: true);
        ImageInspection inspection = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = InspectionDepth.Full }, TestContext.Current.CancellationToken);
        Assert.Contains("nothing is in them", Verdict.Check(inspection, CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.InRange(reader.BytesRead, 1, 80 * MiB);
    }

    [Fact]
    public void Blocks_of_xz_are_one_content_and_its_index_must_tell_their_lengths()
    {
        byte[] image = MadeQcow2.Version3();
        Assert.Empty(Verdict.Failed(Verdict.OfFull(new MadeXz().Of(image[..1000], image[1000..70000], image[70000..]))));
        Assert.False(Verdict.OfFull(new MadeXz { ChangeIndex = index => index[2] ^= 1 }.Of(image)).IsAcceptable);
        Assert.False(Verdict.OfFull(new MadeXz { ChangeIndex = index => index[1] = 2 }.Of(image)).IsAcceptable);
    }

    [Fact]
    public void An_xz_that_wants_gigabytes_of_memory_is_refused_before_they_are_taken()
    {
        Verdict.Fails(new MadeXz { Dictionary = 40 }.Of(new byte[512]), CheckNames.Container, "4294967295 bytes of memory");
        Verdict.Fails(new MadeXz { Dictionary = 29 }.Of(new byte[512]), CheckNames.Container, "bytes of memory");
        Verdict.Passes(new MadeXz { Dictionary = 28 }.Of(new byte[512]), "xz");
        Verdict.Fails(new MadeXz { Dictionary = 41 }.Of(new byte[512]), CheckNames.Container, "damaged");
    }

    [Fact]
    public void A_zstd_that_wants_too_much_memory_is_refused()
    {
        // A window of 128 MiB (windowLog 27), a raw block of nothing that is the last.
        Verdict.Fails(Convert.FromHexString("28b52ffd0488010000"), CheckNames.Container, "refused");
    }

    [Fact]
    public void A_filter_of_xz_other_than_LZMA2_is_said() => Verdict.Fails(new MadeXz { Filter = 4 }.Of(new byte[512]), CheckNames.Container, "filter other than LZMA2");

    [Fact]
    public void The_checksum_of_xz_is_that_of_its_document() => Assert.Equal(0x995dc9bbdf1939faUL, Crc64.Append(Crc64.Append(0, "12345"u8), "6789"u8));
}
