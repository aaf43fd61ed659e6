using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Safety;

public class StreamInspectionTests
{
    private const int MiB = 1 << 20;

    private static (StreamInspection Stream, List<(long Position, ImageInspection Verdict)> Verdicts) Run(byte[] image, InspectionRequest request, int piece, long? length = null)
    {
        var stream = new StreamInspection(new ImageInspector(), request, "stream", length);
        List<(long, ImageInspection)> verdicts = [];
        for (int start = 0; start < image.Length; start += piece)
        {
            if (stream.Append(image.AsSpan(start, Math.Min(piece, image.Length - start)), TestContext.Current.CancellationToken) is ImageInspection verdict)
            {
                verdicts.Add((stream.Position, verdict));
            }
        }

        return (stream, verdicts);
    }

    private static byte[] Large(byte[] image)
    {
        Array.Resize(ref image, 6 * MiB);
        return image;
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(65536)]
    [InlineData(3 * MiB)]
    [InlineData(6 * MiB)]
    public void A_bad_image_is_known_by_its_first_mebibyte(int piece)
    {
        (_, List<(long Position, ImageInspection Verdict)> verdicts) = Run(Large(MadeQcow2.WithBacking("/etc/passwd")), new InspectionRequest { ClaimedFormat = "qcow2" }, piece);
        Assert.False(verdicts[0].Verdict.IsAcceptable);
        Assert.InRange(verdicts[0].Position, MiB, MiB + piece);
        Assert.Single(verdicts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(300_000)]
    public void Formats_of_the_end_are_known_at_the_end(int piece)
    {
        byte[] image = MadeVhd.Fixed();
        (StreamInspection stream, _) = Run(image, new InspectionRequest { ClaimedFormat = "vhd" }, piece);
        ImageInspection verdict = stream.Complete(TestContext.Current.CancellationToken);
        Assert.True(verdict.IsAcceptable);
        Assert.True(verdict.IsComplete);
        Assert.Equal("vhd", verdict.Facts.Format.Name);
        Assert.Equal(MadeVhd.FixedSize, verdict.Facts.VirtualSize);
        Assert.Equal(image.Length, stream.Position);
    }

    [Fact]
    public void A_footer_far_behind_the_head_is_judged_too()
    {
        byte[] image = new byte[9 * MiB];
        byte[] stream = MadeVmdk.StreamOptimized();
        image.Put(0, stream.AsSpan(0, stream.Length - 1536));
        byte[] end = stream[^1536..];
        end.Le64(512 + 12, 1);
        image.Put(image.Length - 1536, end);
        (StreamInspection inspection, List<(long Position, ImageInspection Verdict)> verdicts) = Run(image, new InspectionRequest { ClaimedFormat = "vmdk" }, 70_000);
        Assert.All(verdicts, verdict => Assert.True(verdict.Verdict.IsAcceptable));
        Assert.Contains(CheckNames.Footer, inspection.Complete(TestContext.Current.CancellationToken).Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => check.Name));
    }

    [Fact]
    public void A_second_look_is_taken_where_the_first_was_not_enough()
    {
        byte[] image = Large(new MadeVhdx().Build());
        (_, List<(long Position, ImageInspection Verdict)> verdicts) = Run(image, new InspectionRequest { ClaimedFormat = "vhdx" }, 65536, image.Length);
        Assert.Equal([(long)MiB, 4 * MiB], verdicts.Select(verdict => verdict.Position));
        Assert.False(verdicts[0].Verdict.Facts.IsVirtualSizeKnown);
        Assert.True(verdicts[1].Verdict.Facts.IsVirtualSizeKnown);
        Assert.All(verdicts, verdict => Assert.False(verdict.Verdict.IsComplete));
    }

    [Fact]
    public void A_short_stream_is_judged_at_its_end()
    {
        (StreamInspection stream, List<(long Position, ImageInspection Verdict)> verdicts) = Run(MadeQcow2.WithBacking("x"), InspectionRequest.Default, 4096);
        Assert.Empty(verdicts);
        Assert.Null(stream.Head);
        Assert.False(stream.Complete(TestContext.Current.CancellationToken).IsAcceptable);
    }

    [Fact]
    public void A_length_that_was_promised_and_is_too_small_is_no_length()
    {
        (_, List<(long Position, ImageInspection Verdict)> verdicts) = Run(new byte[2 * MiB], new InspectionRequest { ClaimedFormat = "raw" }, MiB, length: 5);
        Assert.True(verdicts[0].Verdict.IsAcceptable);
    }
}
