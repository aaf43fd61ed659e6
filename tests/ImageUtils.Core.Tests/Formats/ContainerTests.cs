using System.IO.Compression;
using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

public class ContainerTests
{
    private const string Envelope =
        "<Envelope xmlns=\"http://schemas.dmtf.org/ovf/envelope/1\" xmlns:ovf=\"http://schemas.dmtf.org/ovf/envelope/1\"><References><File ovf:href=\"d.vmdk\" ovf:id=\"f\"/></References><DiskSection><Disk ovf:fileRef=\"f\" ovf:format=\"http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized\"/></DiskSection></Envelope>";

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Tar(params (string Name, byte[] Content, char Kind)[] members)
    {
        using var archive = new MemoryStream();
        foreach ((string name, byte[] content, char kind) in members)
        {
            byte[] header = new byte[512];
            header.Put(0, Encoding.UTF8.GetBytes(name)).Put(100, "0000644\0"u8).Put(124, Encoding.ASCII.GetBytes(Convert.ToString(content.Length, 8).PadLeft(11, '0')));
            header.Put(148, "        "u8).Put(156, [(byte)kind]).Put(257, "ustar\000"u8).Put(263, "00"u8);
            int sum = header.Sum(value => value);
            header.Put(148, Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 "));
            archive.Write(header);
            archive.Write(content);
            archive.Write(new byte[(512 - (content.Length % 512)) % 512]);
        }

        archive.Write(new byte[1024]);
        return archive.ToArray();
    }

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
    public void A_decompression_bomb_is_refused() => Verdict.Fails(Gzip(new byte[40 << 20]), CheckNames.Container, "unpacks to more than");

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

    [Fact]
    public void Containers_that_are_not_opened_are_refused() => Verdict.Fails([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4], CheckNames.Container, "without opening it");
}
