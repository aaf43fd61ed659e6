using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Core.Tests.Support.Images;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Formats;

/// <summary>tar: names and sizes in all their spellings, and images of XenServer.</summary>
public class TarTests
{
    private static readonly byte[] Image = MadeQcow2.Version3();
    private static readonly string LongName = new string('n', 90) + "/" + new string('m', 90) + ".img";

    /// <summary>A block that stands in front of a member, and the member itself.</summary>
    private static byte[] With(char kind, byte[] attributes, byte[]? header = null)
    {
        byte[] extended = MadeTar.Of(("x", attributes, kind))[..^1024];
        byte[] file = MadeTar.Of(("disk.img", Image, '0'));
        return [.. extended, .. header ?? file[..512], .. file[512..]];
    }

    private static byte[] Header(Action<byte[]> change, string name = "disk.img") =>
        [.. MadeTar.Header(name, Image.Length, '0', change), .. MadeTar.Of((name, Image, '0'))[512..]];

    [Fact]
    public void Long_names_of_both_kinds_are_read()
    {
        Verdict.Passes(With('L', Encoding.ASCII.GetBytes(LongName + "\0")), "tar");
        Verdict.Passes(With('x', MadeTar.Pax("path", LongName)), "tar");
        Verdict.Fails(With('L', "../../x\0"u8.ToArray()), CheckNames.Container, "would leave the folder");
        Verdict.Fails(With('x', MadeTar.Pax("path", "/etc/passwd")), CheckNames.Container, "would leave the folder");
    }

    [Fact]
    public void A_size_of_an_extended_header_counts()
    {
        Verdict.Passes(With('x', MadeTar.Pax("size", Image.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)), MadeTar.Header("disk.img", 0, '0')), "tar");
        Verdict.Fails(With('x', MadeTar.Pax("size", "99999999999999999999")), CheckNames.Container, "no number that a file can have");
        Verdict.Fails(With('x', MadeTar.Pax("size", "-1")), CheckNames.Container, "no number that a file can have");
        Verdict.Fails(With('x', MadeTar.Pax("size", "99999999")), CheckNames.Container, "leaves the archive");
    }

    [Theory]
    [InlineData("8000000000000000000000ff", "leaves the archive|holds")]
    [InlineData("807fffffffffffffffffffff", "no number")]
    [InlineData("ffffffffffffffffffffffff", "no number")]
    [InlineData("80000000ffffffffffffffff", "no number")]
    [InlineData("800000007fffffffffffffff", "leaves the archive")]
    public void A_size_in_base_256_is_bounded(string field, string words)
    {
        ImageInspection inspection = Verdict.Of(Header(header => header.Put(124, Convert.FromHexString(field))));
        Assert.False(inspection.IsAcceptable && !words.Contains('|', StringComparison.Ordinal));
        Assert.True(words.Contains('|', StringComparison.Ordinal) || Verdict.Check(inspection, CheckNames.Container).Reason.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public void The_oldest_archives_are_known_too()
    {
        Verdict.Passes(Header(header => header.Fill(257, 8, 0)), "tar");
        Assert.Equal("raw", Verdict.Of(Header(header => header.Fill(257, 8, 0)).Fill(148, 8, 0)).Facts.Format.Name);
    }

    [Fact]
    public void A_size_in_base_256_is_read()
    {
        byte[] size = new byte[12].Put(0, [0x80]).Be64(4, (ulong)Image.Length);
        Verdict.Passes(Header(header => header.Put(124, size)), "tar");
    }

    [Theory]
    [InlineData('S')]
    [InlineData('0')]
    public void Files_with_holes_are_refused(char kind)
    {
        byte[] sparse = kind == 'S' ? MadeTar.Of(("disk.img", Image, 'S')) : With('x', MadeTar.Pax("GNU.sparse.major", "1"));
        Assert.Contains("is a file with holes", Verdict.Check(Verdict.Of(sparse), CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.False(Verdict.Of(sparse).IsAcceptable);
    }

    [Fact]
    public void Attributes_that_are_damaged_or_for_all_members_are_refused()
    {
        Verdict.Fails(With('x', "99 path=x\n"u8.ToArray()), CheckNames.Container, "damaged");
        Verdict.Fails(With('x', "path=x\n"u8.ToArray()), CheckNames.Container, "damaged");
        Verdict.Fails(With('g', MadeTar.Pax("path", "x")), CheckNames.Container, "for the whole archive");
        Verdict.Fails(With('g', MadeTar.Pax("size", "1")), CheckNames.Container, "for the whole archive");
        Verdict.Passes(With('g', MadeTar.Pax("comment", "x")), "tar");
        Verdict.Fails(With('x', new byte[32 * 1024]), CheckNames.Container, "longer names or attributes");
    }

    [Theory]
    [InlineData('1')]
    [InlineData('2')]
    [InlineData('3')]
    [InlineData('4')]
    [InlineData('6')]
    [InlineData('7')]
    [InlineData('K')]
    [InlineData('V')]
    public void Whatever_is_no_regular_file_is_refused(char kind) =>
        Verdict.Fails(MadeTar.Of(("disk.img", Image, '0'), ("other", [], kind)), CheckNames.Container, "is no regular file");

    [Fact]
    public void Folders_are_passed_over()
    {
        Verdict.Passes(MadeTar.Of(("./", [], '5'), ("images/", [], '5'), ("images/disk.img", Image, '0')), "tar");
        Verdict.Passes(MadeTar.Of(("images/", [], '0'), ("images/disk.img", Image, '0')), "tar");
    }

    [Fact]
    public void One_file_by_two_names_is_refused() =>
        Assert.Contains("is there twice", Verdict.Check(Verdict.Of(MadeTar.Of(("disk.img", Image, '0'), ("./disk.img", Image, '0'))), CheckNames.Container).Reason, StringComparison.Ordinal);

    [Fact]
    public void The_end_is_told_where_it_is_missing_or_not_the_end()
    {
        byte[] tar = MadeTar.Of(("disk.img", Image, '0'));
        Verdict.Warns(tar[..^1024], CheckNames.Container, "is not marked");
        Verdict.Warns(tar[..^512], CheckNames.Container, "by half");
        Verdict.Warns([.. tar, .. MadeTar.Of(("more", Image, '0'))[..1024]], CheckNames.Container, "follow the end");
        Verdict.Fails(tar[..^2048], CheckNames.Container, "cut");
    }

    private static byte[] Chain(Func<int, (string Name, byte[] Content, char Kind)>? change = null, int count = 3)
    {
        (string, byte[], char)[] members = Enumerable.Range(0, count).Select(number => change?.Invoke(number) ?? Link(number, count)).ToArray();
        return MadeGzip.Of(MadeTar.Of(members));
    }

    private static (string Name, byte[] Content, char Kind) Link(int number, int count, byte parent = 0)
    {
        bool isBase = number == count - 1;
        byte[] vhd = MadeVhd.Dynamic(
            footer => footer.Fill(68, 16, (byte)(number + 1)).Be32(60, isBase ? 3u : 4u),
            header => header.Fill(40, 16, isBase ? (byte)0 : parent == 0 ? (byte)(number + 2) : parent));
        return ($"{number}.vhd", vhd, '0');
    }

    [Fact]
    public void An_image_of_XenServer_passes_and_is_named_so()
    {
        Verdict.Passes(Chain(), "gzip");
        Verdict.Passes(Chain(number => ("./" + Link(number, 3).Name, Link(number, 3).Content, '0')), "gzip");
        Verdict.Passes(Chain(count: 1), "gzip");
        ImageInspection inspection = Verdict.Of(Chain());
        Assert.Contains("an image of XenServer, a chain of 3 VHDs", Verdict.Check(inspection, CheckNames.Container).Reason, StringComparison.Ordinal);
        Assert.Equal(MadeVhd.DynamicSize, inspection.Facts.VirtualSize);
        Assert.Equal("vhd", inspection.Facts.InnerFormat?.Name);
    }

    [Fact]
    public void A_chain_whose_base_lacks_its_parent_is_refused() =>
        Verdict.Fails(Chain(number => Link(number, 4)), CheckNames.Container, "[parent]");

    [Fact]
    public void A_chain_that_is_none_is_refused()
    {
        Verdict.Fails(Chain(number => Link(number, 3, parent: 9)), CheckNames.Container, "is the child of another disk");
        Verdict.Fails(Chain(number => number == 1 ? ("1.vhd", Link(2, 3).Content, '0') : Link(number, 3)), CheckNames.Container, "is whole, and still");
        Verdict.Fails(Chain(number => ($"{number + 1}.vhd", Link(number, 3).Content, '0')), CheckNames.Container, "not numbered");
        Verdict.Fails(Chain(number => ($"{number * 2}.vhd", Link(number, 3).Content, '0')), CheckNames.Container, "not numbered");
        Verdict.Fails(Chain(number => number == 1 ? ("1.vhd", Image, '0') : Link(number, 3)), CheckNames.Container, "[claimed_format]");
        Verdict.Fails(Chain(number => number == 1 ? ("readme", [1], '0') : Link(number, 3)), CheckNames.Container, "holds 3 files");
    }
}
