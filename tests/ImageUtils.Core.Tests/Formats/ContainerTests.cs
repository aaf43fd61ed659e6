using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class ContainerTests
{
    private const string Envelope =
        "<Envelope xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\" xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\"><References><File ovf:href=\"d.vmdk\" ovf:id=\"f\"/></References><DiskSection><Disk ovf:fileRef=\"f\" ovf:format=\"http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\"/></DiskSection></Envelope>";

    /// <summary>An xz of 100,000 zeros, by liblzma.</summary>
    private static readonly byte[] MadeXz = Convert.FromHexString("fd377a585a000004e6d6b4460200210116000000742fe5a3e1869f00535d00006ffdffffa3b7ff473e481572396151b89228e6a38607f9eee41e82d32fc53a3c014bb17ec98a8a4d2fa30dd97fa6e38c231153e05918c5758ae277f8b6947f0c6ac0de744964e2e95c53b204d6b1f597000000008fc694a218e370f100016fa08d06000090e46e51b1c467fb020000000004595a");

    private static byte[] Gzip(byte[] content) => MadeGzip.Of(content);

    private static byte[] Tar(params (string Name, byte[] Content, char Kind)[] members) => MadeTar.Of(members);

    private static byte[] Ova(string? envelope = null, params (string Name, byte[] Content, char Kind)[] more) =>
        Tar([("a.ovf", Encoding.UTF8.GetBytes(envelope ?? Envelope), '0'), ("d.vmdk", MadeVmdk.StreamOptimized(), '0'), .. more]);

    [Fact]
    public void A_gzip_of_a_good_image_passes_with_the_size_of_the_image()
    {
        Verdict.Passes(Gzip(MadeQcow2.Version3()), "gzip");
        Assert.Equal(MadeQcow2.DiskSize, Verdict.Of(Gzip(MadeQcow2.Version3())).Facts.VirtualSize);
    }

    [Fact]
    public void A_gzip_of_a_bad_image_is_refused_for_what_is_wrong_inside() =>
        Verdict.Fails(Gzip(MadeQcow2.WithBacking("/etc/passwd")), CheckNames.Container, "[backing_file]");

    [Fact]
    public void A_volume_too_small_for_the_image_inside_of_a_gzip_is_refused() =>
        Assert.Contains("does not fit", Verdict.Check(Verdict.Of(Gzip(MadeQcow2.Version3()), new InspectionRequest { VolumeSizeBytes = 512 }), CheckNames.VolumeSize).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_gzip_in_a_gzip_is_not_opened() => Verdict.Fails(Gzip(Gzip(new byte[512])), CheckNames.Container, "cannot be judged");

    [Fact]
    public void A_decompression_bomb_is_refused() => Verdict.Fails(Gzip(new byte[80 << 20]), CheckNames.Container, "unpacks to more than");

    [Fact]
    public void A_damaged_or_cut_gzip_is_refused()
    {
        byte[] packed = Gzip(MadeQcow2.Version3());
        byte[] crc = [.. packed];
        crc[^8] ^= 1;
        byte[] length = [.. packed];
        length[^4] ^= 1;
        Assert.Equal([CheckNames.Container], Verdict.Failed(Verdict.Of(crc)));
        Assert.Equal([CheckNames.Container], Verdict.Failed(Verdict.Of(length)));
        Assert.Equal([CheckNames.Container], Verdict.Failed(Verdict.Of(packed[..^9])));
        Assert.Equal([CheckNames.Container], Verdict.Failed(Verdict.Of([.. packed, 1, 2, 3, 4])));
    }

    [Fact]
    public void An_appliance_with_a_good_disk_passes() => Verdict.Passes(Ova(), "ova");

    [Theory]
    [InlineData("d.vmdk", "/etc/passwd", "not in the archive")]
    [InlineData("d.vmdk", "../d.vmdk", "not in the archive")]
    [InlineData("fileRef=\"f\"", "fileRef=\"g\"", "does not have")]
    [InlineData("<Envelope", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Envelope", "document type")]
    [InlineData("</Envelope>", "", "no XML")]
    public void A_hostile_description_is_refused(string old, string replacement, string words) =>
        Verdict.Fails(Ova(Envelope.Replace(old, replacement, StringComparison.Ordinal)), CheckNames.Container, words);

    [Fact]
    public void A_missing_or_second_description_is_refused()
    {
        Verdict.Fails(Tar(("d.vmdk", MadeVmdk.StreamOptimized(), '0')), CheckNames.Container, "0 descriptions");
        Verdict.Fails(Ova(null, ("b.ovf", [1], '0')), CheckNames.Container, "2 descriptions");
    }

    [Fact]
    public void A_disk_that_is_not_what_the_description_says_is_refused() =>
        Verdict.Fails(Tar(("a.ovf", Encoding.UTF8.GetBytes(Envelope), '0'), ("d.vmdk", new byte[1024], '0')), CheckNames.Container, "[claimed_format]");

    [Theory]
    [InlineData("../x", '0', "would leave the folder")]
    [InlineData("/x", '0', "would leave the folder")]
    [InlineData("a\\x", '0', "would leave the folder")]
    [InlineData("x", '2', "no regular file")]
    [InlineData("x", '1', "no regular file")]
    [InlineData("x", '3', "no regular file")]
    [InlineData("d.vmdk", '0', "twice")]
    public void A_hostile_member_is_refused(string name, char kind, string words) => Verdict.Fails(Ova(null, (name, [], kind)), CheckNames.Container, words);

    [Fact]
    public void A_cut_or_damaged_archive_is_refused()
    {
        byte[] archive = Ova();
        Verdict.Fails(archive[..4096], CheckNames.Container, "cut");
        byte[] damaged = [.. archive];
        damaged[1024 + 10] ^= 1;
        Assert.Contains("damaged", Verdict.Check(Verdict.Of(damaged), CheckNames.Container).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tar_of_one_image_is_judged_and_a_tar_of_more_is_not()
    {
        Verdict.Passes(Tar(("disk.img", MadeQcow2.Version3(), '0')), "tar");
        Verdict.Fails(Tar(("disk.img", MadeQcow2.WithBacking("x"), '0')), CheckNames.Container, "[backing_file]");
        Verdict.Fails(Tar(("a", [1], '0'), ("b", [1], '0')), CheckNames.Container, "holds 2 files");
    }

    [Theory]
    [InlineData("SHA1")]
    [InlineData("SHA256")]
    public void A_manifest_is_held_against_the_files(string algorithm)
    {
        byte[] disk = MadeVmdk.StreamOptimized();
        using var hasher = System.Security.Cryptography.IncrementalHash.CreateHash(new System.Security.Cryptography.HashAlgorithmName(algorithm));
        hasher.AppendData(disk);
        string hash = Convert.ToHexString(hasher.GetHashAndReset());
        byte[] right = Ova(null, ("a.mf", Encoding.UTF8.GetBytes($"{algorithm}(d.vmdk)= {hash}\n"), '0'));
        Verdict.Passes(right, "ova");
        Verdict.Fails(Ova(null, ("a.mf", Encoding.UTF8.GetBytes($"{algorithm}(d.vmdk)= {Convert.ToHexString(new byte[hash.Length / 2])}\n"), '0')), CheckNames.Container, "has another hash");
        Verdict.Fails(Ova(null, ("a.mf", Encoding.UTF8.GetBytes($"{algorithm}(e.vmdk)= {hash}\n"), '0')), CheckNames.Container, "names 'e.vmdk'");
        Verdict.Warns(Ova(null, ("a.mf", "SHA3(d.vmdk)= 00"u8.ToArray(), '0')), CheckNames.Container, "not understood");
    }

    [Fact]
    public void A_disk_of_an_appliance_that_is_packed_is_refused() =>
        Verdict.Fails(Ova(Envelope.Replace("ovf:id=\"f\"", "ovf:id=\"f\" ovf:compression=\"gzip\"", StringComparison.Ordinal)), CheckNames.Container, "is packed");

    [Fact]
    public void An_appliance_has_the_size_of_its_file_and_knows_that_of_its_disk()
    {
        ImageInspection inspection = Verdict.Of(Ova());
        Assert.Equal(Ova().Length, inspection.Facts.VirtualSize);
        Assert.Equal("vmdk", inspection.Facts.InnerFormat?.Name);
        Assert.Equal(1 << 20, inspection.Facts.InnerVirtualSize);
        Assert.False(Verdict.Of(Ova(), new InspectionRequest { VolumeSizeBytes = 512 }).IsAcceptable);
    }

    [Fact]
    public void Each_disk_of_an_appliance_is_judged_and_several_are_told()
    {
        string two = Envelope.Replace("</References>", "<File ovf:href=\"e.vmdk\" ovf:id=\"g\"/></References>", StringComparison.Ordinal)
            .Replace("</DiskSection>", "<Disk ovf:fileRef=\"g\" ovf:format=\"vmdk\"/></DiskSection>", StringComparison.Ordinal);
        Verdict.Warns(Ova(two, ("e.vmdk", MadeVmdk.Sparse(), '0')), CheckNames.Container, "has 2 disks");
        Verdict.Fails(Ova(two, ("e.vmdk", MadeVmdk.Sparse(MadeVmdk.Descriptor + "parentFileNameHint=\"b\"\n"), '0')), CheckNames.Container, "[parent]");
        Verdict.Fails(Ova(two), CheckNames.Container, "'e.vmdk', which is not in the archive");
    }

    [Fact]
    public void An_xz_is_judged_by_both_its_ends_before_it_is_opened()
    {
        Verdict.Fails(MadeXz[..40], CheckNames.Container, "its end is missing");
        Verdict.Fails([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4], CheckNames.Container, "its header is damaged");
        Assert.Equal(100_000 / 512 * 512 + 512, Verdict.Of(MadeXz).Facts.VirtualSize);
        Verdict.Fails([.. MadeXz, 1, 2, 3, 4], CheckNames.Container, "its end is missing");
        byte[] index = [.. MadeXz];
        index[^20] ^= 1;
        Verdict.Fails(index, CheckNames.Container, "its index is damaged");
    }

    [Theory]
    [InlineData("28b52ffda0a08601000000")]
    [InlineData("28b52ffd04580000")]
    [InlineData("28b52ffd60000100")]
    [InlineData("28b52ffde00000010000000000")]
    public void A_zstd_whose_length_is_not_that_of_its_content_is_refused(string bytes) => Verdict.Fails(Convert.FromHexString(bytes), CheckNames.Container, "refused");

    [Fact]
    public void A_bzip2_that_ends_behind_its_header_is_refused() => Verdict.Fails([.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], CheckNames.Container, "it was cut");
}
