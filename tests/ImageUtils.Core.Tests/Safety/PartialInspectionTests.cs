using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Safety;

/// <summary>Inspection of images of which only a part is there.</summary>
public class PartialInspectionTests
{
    private static readonly string?[] Claims = [null, "raw", "vhd", "qcow2", "vmdk", "iso"];

    public static TheoryData<string, byte[]> Images => new()
    {
        { "qcow2", MadeQcow2.Version3() },
        { "qcow2 with a backing file", MadeQcow2.WithBacking("base.img") },
        { "vmdk", MadeVmdk.Sparse() },
        { "vmdk stream", MadeVmdk.StreamOptimized() },
        { "vhd", MadeVhd.Dynamic() },
        { "vhd child", MadeVhd.Dynamic(footer => footer.Be32(60, 4)) },
        { "vhd, damaged copy", MadeVhd.Dynamic().Fill(100, 4, 0xee) },
        { "vhd, other end", MadeVhd.Dynamic(changeEndOnly: end => end.Be64(48, 8 << 20)) },
        { "vhd fixed", MadeVhd.Fixed() },
        { "vhdx", new MadeVhdx().Build() },
        { "vdi", MadeDisks.Vdi() },
        { "luks1", MadeDisks.Luks1() },
        { "luks2", MadeDisks.Luks2() },
        { "parallels", MadeDisks.Parallels() },
        { "dmg", MadeDisks.Dmg() },
        { "iso", MadeDisks.Iso() },
        { "gpt", MadeDisks.Gpt() },
        { "mbr", MadeDisks.Mbr() },
        { "raw", new byte[100_000] },
        { "gzip", MadeGzip.Of(MadeQcow2.Version3()) },
        { "zip", MadeZip.Of(MadeQcow2.Version3()) },
        { "tar", MadeTar.Of(("disk.img", MadeQcow2.Version3(), '0')) },
    };

    private static ImageInspection Judge(IImageReader reader, string? claim) =>
        new ImageInspector().Inspect(reader, new InspectionRequest { ClaimedFormat = claim, VolumeSizeBytes = 1 << 20 }, TestContext.Current.CancellationToken);

    private static PartialImageReader Beginning(byte[] image, int count, bool isLengthKnown)
    {
        var reader = new PartialImageReader(isLengthKnown ? image.Length : null, "part");
        reader.Add(0, image.AsMemory(0, count));
        return reader;
    }

    [Theory]
    [MemberData(nameof(Images), DisableDiscoveryEnumeration = true)]
    public void A_refusal_of_the_beginning_is_a_refusal_of_the_whole(string name, byte[] image)
    {
        foreach (string? claim in Claims)
        {
            ImageInspection whole = Judge(new MemoryImageReader(image), claim);
            for (int count = 512; count < image.Length; count += Math.Max(512, image.Length / 37))
            {
                foreach (bool isLengthKnown in new[] { true, false })
                {
                    ImageInspection part = Judge(Beginning(image, count, isLengthKnown), claim);
                    Assert.True(part.IsAcceptable || !whole.IsAcceptable, $"{name} claimed {claim}, {count} bytes: {string.Join("; ", Verdict.Failed(part))}");
                    Assert.False(part.IsComplete && !isLengthKnown, $"{name}, {count} bytes without a length");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Images), DisableDiscoveryEnumeration = true)]
    public void With_what_was_missing_the_verdict_is_that_of_the_whole(string name, byte[] image)
    {
        foreach (string? claim in Claims)
        {
            ImageInspection whole = Judge(new MemoryImageReader(image), claim);
            PartialImageReader reader = Beginning(image, Math.Min(512, image.Length), isLengthKnown: true);
            ImageInspection part = Judge(reader, claim);
            for (int round = 0; !part.IsComplete; round++)
            {
                Assert.True(round < 100 && part.Missing.Count > 0, $"{name} claimed {claim}: nothing is known to be missing, and something is.");
                foreach (ByteRange range in part.Missing)
                {
                    int start = (int)Math.Min(range.Offset, image.Length);
                    reader.Add(start, image.AsMemory(start, (int)Math.Min(range.Count, image.Length - start)));
                }

                part = Judge(reader, claim);
            }

            Assert.Equal(whole.Checks.Select(check => check.ToString()), part.Checks.Select(check => check.ToString()));
            Assert.Equal(whole.Facts.VirtualSize, part.Facts.VirtualSize);
        }
    }

    [Theory]
    [InlineData("qcow2", CheckNames.BackingFile)]
    [InlineData("raw", CheckNames.ClaimedFormat)]
    public void What_is_certain_by_the_first_bytes_is_refused_by_them(string claim, string check)
    {
        ImageInspection part = Judge(Beginning(MadeQcow2.WithBacking("/etc/passwd"), 65536, isLengthKnown: false), claim);
        Assert.Contains(check, Verdict.Failed(part));
        Assert.False(part.IsComplete);
        Assert.Equal(MadeQcow2.DiskSize, part.Facts.VirtualSize);
    }

    [Fact]
    public void A_child_is_refused_by_the_copy_of_its_footer() =>
        Assert.Contains(CheckNames.Parent, Verdict.Failed(Judge(Beginning(MadeVhd.Dynamic(footer => footer.Be32(60, 4)), 65536, isLengthKnown: true), "vhd")));

    [Fact]
    public void A_disk_that_may_be_a_fixed_VHD_is_not_refused_for_a_claim_of_one()
    {
        ImageInspection part = Judge(Beginning(MadeVhd.Fixed(), 65536, isLengthKnown: true), "vhd");
        Assert.Empty(Verdict.Failed(part));
        Assert.Equal(CheckOutcome.NotApplicable, Verdict.Check(part, CheckNames.ClaimedFormat).Outcome);
        Assert.Contains(CheckNames.ClaimedFormat, Verdict.Failed(Judge(Beginning(MadeVhd.Fixed(), 65536, isLengthKnown: true), "qcow2")));
    }

    [Fact]
    public void Of_nothing_nothing_is_said()
    {
        ImageInspection part = Judge(new PartialImageReader(null, "nothing"), "qcow2");
        Assert.True(part.IsAcceptable);
        Assert.False(part.IsComplete);
        Assert.Empty(part.Checks);
    }
}
