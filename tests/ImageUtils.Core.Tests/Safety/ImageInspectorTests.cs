using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Errors;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Safety;

public class ImageInspectorTests
{
    private static readonly Dictionary<string, byte[]> Contents = new(StringComparer.Ordinal)
    {
        ["raw"] = new byte[1024],
        ["mbr"] = MadeDisks.Mbr(),
        ["gpt"] = MadeDisks.Gpt(),
        ["iso"] = MadeDisks.Iso(),
        ["qcow2"] = MadeQcow2.Version3(),
        ["vhd"] = MadeVhd.Fixed(),
        ["parallels"] = MadeDisks.Parallels(),
        ["luks"] = MadeDisks.Luks1(),
    };

    [Theory]
    [InlineData("raw", "raw mbr gpt")]
    [InlineData("RAW", "raw mbr gpt")]
    [InlineData("iso", "iso")]
    [InlineData("mbr", "mbr")]
    [InlineData("qcow2", "qcow2")]
    [InlineData("vhd", "vhd")]
    [InlineData("vpc", "vhd")]
    [InlineData("parallels", "parallels")]
    [InlineData("ploop", "parallels")]
    [InlineData("luks", "luks")]
    [InlineData("ami", "raw mbr gpt qcow2")]
    [InlineData("AMI", "raw mbr gpt qcow2")]
    [InlineData("aki", "")]
    public void A_claim_accepts_its_content_and_nothing_else(string claim, string accepted)
    {
        foreach ((string format, byte[] image) in Contents)
        {
            ImageCheck check = Verdict.Check(Verdict.Of(image, new InspectionRequest { ClaimedFormat = claim }), CheckNames.ClaimedFormat);
            bool isAccepted = accepted.Split(' ').Contains(format, StringComparer.Ordinal);
            Assert.True(isAccepted == (check.Outcome == CheckOutcome.Passed), $"{claim} with {format}: {check}");
        }
    }

    [Theory]
    [InlineData("raw", true)]
    [InlineData("luks", true)]
    [InlineData("qcow2", false)]
    [InlineData("ami", false)]
    [InlineData("iso", false)]
    public void Luks_may_claim_raw_where_it_is_allowed_and_nothing_else(string claim, bool isAccepted)
    {
        foreach (byte[] image in new[] { MadeDisks.Luks1(), MadeDisks.Luks2() })
        {
            Assert.Equal(isAccepted, Verdict.Of(image, new InspectionRequest { ClaimedFormat = claim, AllowLuks = true }).IsAcceptable);
        }

        Assert.False(InspectionRequest.Default.AllowLuks);
        Assert.True(Verdict.Of(new byte[512], new InspectionRequest { ClaimedFormat = "raw", AllowLuks = true }).IsAcceptable);
        Assert.False(Verdict.Of(MadeQcow2.Version3(), new InspectionRequest { ClaimedFormat = "raw", AllowLuks = true }).IsAcceptable);
    }

    [Fact]
    public void A_hybrid_ISO_is_an_ISO_whatever_table_it_has()
    {
        byte[] mbr = MadeDisks.Mbr();
        byte[] gpt = MadeDisks.Gpt();
        foreach (byte[] table in new[] { mbr, gpt })
        {
            byte[] hybrid = MadeDisks.Iso().Put(0, table.AsSpan(0, 1024));
            Assert.True(Verdict.Of(hybrid, new InspectionRequest { ClaimedFormat = "iso" }).IsAcceptable);
            Assert.Equal([CheckNames.ClaimedFormat], Verdict.Failed(Verdict.Of(hybrid, new InspectionRequest { ClaimedFormat = "raw" })));
            Assert.Equal([CheckNames.ClaimedFormat], Verdict.Failed(Verdict.Of(table, new InspectionRequest { ClaimedFormat = "iso" })));
        }
    }

    [Fact]
    public void A_failed_check_without_bytes_of_its_own_gets_those_at_its_place()
    {
        ImageCheck check = Verdict.Fails(MadeQcow2.Version3(), CheckNames.ClaimedFormat, "qcow2", new InspectionRequest { ClaimedFormat = "raw" });
        Assert.Equal(0, check.Offset);
        Assert.StartsWith("514649fb00000003", check.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_claim_is_refused_in_cinders_words_and_says_what_was_found() =>
        Verdict.Fails(
            MadeQcow2.Version3(),
            CheckNames.ClaimedFormat,
            "The image format was claimed to be 'raw' but the image data appears to be in a different format. It was found to be 'qcow2'.",
            new InspectionRequest { ClaimedFormat = "raw" });

    [Fact]
    public void Without_a_claim_the_check_does_not_apply() => Assert.Equal(CheckOutcome.NotApplicable, Verdict.Check(Verdict.Of([1]), CheckNames.ClaimedFormat).Outcome);

    [Theory]
    [InlineData(MadeQcow2.DiskSize, true)]
    [InlineData(MadeQcow2.DiskSize - 1, false)]
    public void A_disk_larger_than_the_volume_is_refused(long volume, bool fits)
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.Version3(), new InspectionRequest { VolumeSizeBytes = volume });
        Assert.Equal(fits, inspection.IsAcceptable);
        Assert.Equal(fits ? CheckOutcome.Passed : CheckOutcome.Failed, Verdict.Check(inspection, CheckNames.VolumeSize).Outcome);
    }

    [Fact]
    public void A_check_that_is_relaxed_by_name_says_what_it_would_have_said()
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.WithBacking("base"), new InspectionRequest { IgnoreChecks = ["Backing_File"] });
        ImageCheck check = Verdict.Check(inspection, CheckNames.BackingFile);
        Assert.True(inspection.IsAcceptable);
        Assert.Equal(CheckOutcome.NotApplicable, check.Outcome);
        Assert.StartsWith("Relaxed by name", check.Reason, StringComparison.Ordinal);
        Assert.Contains("'base'", check.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Relaxing_one_check_relaxes_no_other() =>
        Verdict.Fails(MadeQcow2.WithBacking("base").Be64(72, 2), CheckNames.Corrupt, "marked corrupt", new InspectionRequest { IgnoreChecks = ["backing_file"] });

    [Fact]
    public void An_unknown_name_to_ignore_is_an_error_of_the_caller() =>
        Assert.Throws<ArgumentException>(() => Verdict.Of([1], new InspectionRequest { IgnoreChecks = ["backing-file"] }));

    [Fact]
    public void Only_qcow2_may_have_the_backing_file_that_was_allowed()
    {
        var request = new InspectionRequest { AllowBackingFile = true };
        Assert.False(Verdict.Of(MadeVhd.Dynamic(footer => footer.Be32(60, 4)), request).IsAcceptable);
        Assert.False(Verdict.Of(MadeDisks.Qcow().Be64(8, 4096).Be32(16, 4), request).IsAcceptable);
        Assert.False(Verdict.Of(MadeVmdk.Sparse(MadeVmdk.Descriptor + "parentFileNameHint=\"b\"\n"), request).IsAcceptable);
    }

    [Fact]
    public void Every_check_has_a_name_of_the_list_and_each_name_comes_once()
    {
        foreach (byte[] image in Contents.Values)
        {
            string[] names = Verdict.Of(image).Checks.Select(check => check.Name).ToArray();
            Assert.Equal(names.Length, names.Distinct(StringComparer.Ordinal).Count());
            Assert.All(names, name => Assert.True(CheckNames.All.Contains(name, StringComparer.Ordinal), name));
        }
    }

    [Fact]
    public void A_refusal_names_the_image_id_where_there_is_one()
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.WithBacking("base"), new InspectionRequest { ImageId = "the-id" });
        var exception = Assert.Throws<ImageUnacceptableException>(() => inspection.ThrowIfUnacceptable());
        Assert.Equal("the-id", exception.ImageId);
        Assert.Equal(CheckNames.BackingFile, Assert.Single(exception.FailedChecks).Name);
    }

    [Fact]
    public void A_cancelled_inspection_ends() =>
        Assert.Throws<OperationCanceledException>(() => new ImageInspector().Inspect(new MemoryImageReader(new byte[1]), InspectionRequest.Default, new CancellationToken(canceled: true)));

    [Fact]
    public void A_raw_file_of_an_impossible_length_is_refused()
    {
        using var reader = new VastReader();
        ImageInspection inspection = new ImageInspector().Inspect(reader, InspectionRequest.Default, TestContext.Current.CancellationToken);
        Assert.Equal([CheckNames.VirtualSize], Verdict.Failed(inspection));
        Assert.Equal(long.MaxValue, inspection.Facts.VirtualSize);
    }

    [Fact]
    public void The_facts_become_what_info_shows()
    {
        ImageInspection inspection = Verdict.Of(MadeQcow2.WithBacking("../base.img"), new InspectionRequest { AllowBackingFile = true });
        QemuImageInfo info = QemuImageInfoFactory.FromInspection("/images/a/disk.qcow2", inspection, 4096);
        Assert.Equal("qcow2", info.Format);
        Assert.Equal(MadeQcow2.DiskSize, info.VirtualSize);
        Assert.Equal(4096, info.ActualSize);
        Assert.Equal("../base.img", info.BackingFile);
        Assert.Equal("/images/a/../base.img", info.FullBackingFile);
        Assert.True(info.IsSafe);
        Assert.Equal("managed", info.Engine);
        Assert.False(QemuImageInfoFactory.FromInspection("/d", Verdict.Of(MadeQcow2.WithBacking("/b")), 0).IsSafe);
        Assert.Equal("/b", QemuImageInfoFactory.FromInspection("/d", Verdict.Of(MadeQcow2.WithBacking("/b")), 0).FullBackingFile);
    }
}
