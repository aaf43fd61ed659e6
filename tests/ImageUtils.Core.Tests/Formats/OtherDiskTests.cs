using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class OtherDiskTests
{
    [Fact]
    public void A_VDI_passes_with_its_size()
    {
        Verdict.Passes(MadeDisks.Vdi(), "vdi");
        Assert.Equal(2 << 20, Verdict.Of(MadeDisks.Vdi()).Facts.VirtualSize);
    }

    [Theory]
    [InlineData(0x44, 0x00020000u, CheckNames.Header, "Version")]
    [InlineData(0x168, 4096u, CheckNames.Header, "sector of 4096")]
    [InlineData(0x154, 513u, CheckNames.Header, "must begin on sectors")]
    [InlineData(0x178, 0u, CheckNames.Header, "block of 0")]
    [InlineData(0x170, 100u << 20, CheckNames.VirtualSize, "needs 100 blocks")]
    [InlineData(0x184, 1000u, CheckNames.Tables, "1000 of 2")]
    [InlineData(0x154, 1u << 30, CheckNames.Tables, "leaves the file")]
    [InlineData(0x158, 0u, CheckNames.Tables, "data are said to begin")]
    [InlineData(512, 1u, CheckNames.Tables, "behind its end")]
    [InlineData(512, 9u, CheckNames.Tables, "behind its end")]
    [InlineData(516, 0u, CheckNames.Tables, "used twice")]
    [InlineData(0x4c, 4u, CheckNames.Parent, "type 4")]
    [InlineData(0x4c, 99u, CheckNames.Parent, "type 99")]
    [InlineData(0x1b8, 1u, CheckNames.Parent, "not whole")]
    public void A_VDI_out_of_its_bounds_is_refused(int offset, uint value, string check, string words) =>
        Assert.Contains(words, FailedReason(MadeDisks.Vdi().Le32(offset, value), check), StringComparison.Ordinal);

    [Fact]
    public void A_VDI_whose_size_is_no_multiple_of_512_is_a_warning() => Verdict.Warns(MadeDisks.Vdi().Le32(0x170, (2 << 20) - 7), CheckNames.VirtualSize, "multiple of 512");

    [Fact]
    public void QED_is_named_and_banned_and_the_ban_can_be_relaxed()
    {
        Verdict.Fails(MadeDisks.Qed(), CheckNames.Banned, "given up");
        ImageInspection relaxed = Verdict.Of(MadeDisks.Qed(), new InspectionRequest { IgnoreChecks = ["banned"] });
        Assert.True(relaxed.IsAcceptable);
        Assert.Equal(1 << 20, relaxed.Facts.VirtualSize);
    }

    [Theory]
    [InlineData(16, 1u, CheckNames.BackingFile, "backing file")]
    [InlineData(16, 0x200u, CheckNames.UnknownFeatures, "0x200")]
    [InlineData(4, 1000u, CheckNames.Header, "out of their range")]
    [InlineData(40, 1u << 30, CheckNames.Tables, "leaves the file")]
    public void QED_has_its_other_checks_too(int offset, uint value, string check, string words) =>
        Assert.Contains(words, FailedReason(MadeDisks.Qed().Le32(offset, value), check), StringComparison.Ordinal);

    [Fact]
    public void Qcow_version_1_is_told_apart_from_qcow2()
    {
        Verdict.Passes(MadeDisks.Qcow(), "qcow");
        Assert.Equal(4096, Verdict.Of(MadeDisks.Qcow()).Facts.ClusterSize);
        Verdict.Fails(MadeDisks.Qcow().Be64(8, 4096).Be32(16, 4), CheckNames.BackingFile, "backing file");
        Verdict.Fails(MadeDisks.Qcow().Be32(36, 1), CheckNames.Encryption, "old AES");
        Verdict.Fails(MadeDisks.Qcow().Be64(40, 1UL << 40), CheckNames.Tables, "leaves the file");
        Verdict.Fails(MadeDisks.Qcow().Be64(24, 1UL << 60), CheckNames.Tables, "larger than 2 GiB");
        Verdict.Fails(MadeDisks.Qcow().Put(32, [40]), CheckNames.Header, "out of their range");
    }

    [Fact]
    public void Parallels_passes_in_both_variants()
    {
        Verdict.Passes(MadeDisks.Parallels(), "parallels");
        Verdict.Passes(MadeDisks.Parallels().Put(0, "WithoutFreeSpace"u8).Le32(64, 128), "parallels");
        Assert.Equal(2 << 20, Verdict.Of(MadeDisks.Parallels()).Facts.VirtualSize);
    }

    [Theory]
    [InlineData(16, 1u, CheckNames.Header, "Version 1")]
    [InlineData(28, 0u, CheckNames.Header, "cluster of 0")]
    [InlineData(32, 1u, CheckNames.VirtualSize, "needs more")]
    [InlineData(32, uint.MaxValue, CheckNames.Tables, "larger than any")]
    [InlineData(32, 1u << 24, CheckNames.Tables, "leaves the file")]
    [InlineData(64, 1u << 24, CheckNames.Tables, "behind the end")]
    public void Parallels_out_of_its_bounds_is_refused(int offset, uint value, string check, string words) =>
        Verdict.Fails(MadeDisks.Parallels().Le32(offset, value), check, words);

    [Fact]
    public void Parallels_in_use_is_a_warning() => Verdict.Warns(MadeDisks.Parallels().Le32(44, 0x746F6E59), CheckNames.Dirty, "not closed cleanly");

    [Fact]
    public void Bochs_passes_and_its_bounds_are_kept()
    {
        Verdict.Passes(MadeDisks.Bochs(), "bochs");
        Verdict.Fails(MadeDisks.Bochs().Le32(72, uint.MaxValue), CheckNames.Tables, "larger than any");
        Verdict.Fails(MadeDisks.Bochs().Le32(80, 0), CheckNames.Header, "extent of 0");
        Verdict.Fails(MadeDisks.Bochs().Le32(72, 1), CheckNames.VirtualSize, "needs more");
        Verdict.Fails(MadeDisks.Bochs().Le32(68, 1 << 20), CheckNames.Tables, "leaves the file");
        Verdict.Fails(MadeDisks.Bochs().Put(48, "Undoabl"u8), CheckNames.Parent, "without its base");
        Verdict.Fails(MadeDisks.Bochs().Le32(64, 9), CheckNames.Header, "not known");
    }

    [Fact]
    public void Dmg_passes_and_its_bounds_are_kept()
    {
        Verdict.Passes(MadeDisks.Dmg(), "dmg");
        Assert.Equal(1 << 20, Verdict.Of(MadeDisks.Dmg()).Facts.VirtualSize);
        Verdict.Fails(MadeDisks.Dmg().Be64(4096 + 24, ulong.MaxValue), CheckNames.Tables, "The data");
        Verdict.Fails(MadeDisks.Dmg().Be64(4096 + 0xe0, 0), CheckNames.Tables, "no list");
        Verdict.Fails(MadeDisks.Dmg().Be32(4096 + 8, 9), CheckNames.Header, "trailer of");
        Verdict.Fails(MadeDisks.Dmg().Be64(4096 + 0x1ec, ulong.MaxValue), CheckNames.VirtualSize, "larger than any disk");
    }

    [Fact]
    public void Cloop_passes_and_its_bounds_are_kept()
    {
        Verdict.Passes(MadeDisks.Cloop(), "cloop");
        Assert.Equal(1 << 20, Verdict.Of(MadeDisks.Cloop()).Facts.VirtualSize);
        Verdict.Fails(MadeDisks.Cloop().Be32(128, 0), CheckNames.Header, "block of 0");
        Verdict.Fails(MadeDisks.Cloop().Be32(132, 100000), CheckNames.Tables, "leaves the file");
        Verdict.Fails(MadeDisks.Cloop().Be32(132, uint.MaxValue), CheckNames.Tables, "larger than any");
    }

    [Fact]
    public void Luks_version_1_passes_with_the_size_of_its_content()
    {
        Verdict.Passes(MadeDisks.Luks1(), "luks");
        ImageUtils.Formats.ImageFacts facts = Verdict.Of(MadeDisks.Luks1()).Facts;
        Assert.Equal(65536, facts.VirtualSize);
        Assert.True(facts.IsEncrypted);
        Assert.Equal("aes-128", facts.FormatSpecific["cipher-alg"]);
        Assert.Equal("xts", facts.FormatSpecific["cipher-mode"]);
        Assert.Equal("plain64", facts.FormatSpecific["ivgen-alg"]);
        Assert.False(facts.FormatSpecific.ContainsKey("ivgen-hash-alg"));
        Assert.Equal((long)MadeDisks.LuksPayload, facts.FormatSpecific["payload-offset"]);
    }

    [Theory]
    [InlineData(164, uint.MaxValue, CheckNames.KeyDerivation, "master key")]
    [InlineData(212, 64_000_001u, CheckNames.KeyDerivation, "slot 0")]
    [InlineData(8, 0x1b5b3141u, CheckNames.Header, "cipher name")]
    [InlineData(72, 0x01020304u, CheckNames.Header, "hash name")]
    [InlineData(108, 0u, CheckNames.Header, "key of 0 bytes")]
    [InlineData(208, 1u, CheckNames.Header, "neither active")]
    [InlineData(252, 1u, CheckNames.Header, "1 stripes")]
    [InlineData(296, 8u, CheckNames.Header, "overlaps")]
    [InlineData(104, 1u << 20, CheckNames.Tables, "behind the end")]
    [InlineData(4, 0xbabe0003u, CheckNames.Header, "version 3")]
    public void Luks_out_of_its_bounds_is_refused(int offset, uint value, string check, string words) =>
        Assert.Contains(words, FailedReason(MadeDisks.Luks1().Be32(offset, value), check), StringComparison.Ordinal);

    [Fact]
    public void Luks_version_2_passes_and_its_bounds_are_kept()
    {
        Verdict.Passes(MadeDisks.Luks2(), "luks");
        Assert.Equal(4096, Verdict.Of(MadeDisks.Luks2()).Facts.VirtualSize);
        Verdict.Fails(MadeDisks.Luks2().Be64(8, 12345), CheckNames.Header, "12345");
        Verdict.Fails(MadeDisks.Luks2().Be64(8, 1UL << 60), CheckNames.Header, "not allowed");
        Verdict.Fails(MadeDisks.Luks2().Put(9000, "x"u8), CheckNames.Checksum, "wrong");
        Verdict.Fails(MadeDisks.Luks2("{\"keyslots\":"), CheckNames.Header, "JSON");
        Verdict.Fails(MadeDisks.Luks2("[1]"), CheckNames.Header, "JSON");
        Verdict.Fails(MadeDisks.Luks2("{\"keyslots\":{\"0\":{\"kdf\":{\"memory\":99999999}}}}"), CheckNames.KeyDerivation, "slot 0");
        Verdict.Fails(MadeDisks.Luks2("{\"segments\":{\"0\":{\"offset\":\"99999999\"}}}"), CheckNames.Tables, "behind the end");
        Verdict.Fails(MadeDisks.Luks2()[..20000], CheckNames.Header, "ends inside the two headers");
    }

    private static string FailedReason(byte[] image, string check)
    {
        ImageCheck found = Verdict.Check(Verdict.Of(image), check);
        Assert.Equal(CheckOutcome.Failed, found.Outcome);
        return found.Reason;
    }
}
