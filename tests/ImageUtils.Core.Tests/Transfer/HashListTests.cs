using ImageUtils.Errors;
using ImageUtils.Transfer;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>Lists of hashes as publishers write them.</summary>
public sealed class HashListTests
{
    private static readonly string One = new('1', 64);
    private static readonly string Two = new('2', 64);

    [Theory]
    [InlineData("{1}  disk.img")]
    [InlineData("{1} *disk.img")]
    [InlineData("{1} disk.img")]
    [InlineData("{1}  ./disk.img")]
    [InlineData("{1}  images/disk.img")]
    [InlineData("SHA256 (disk.img) = {1}")]
    [InlineData("-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n# disk.img: 12 bytes\r\nSHA256 (disk.img) = {1}\r\n")]
    [InlineData("{2}  old/disk.img\n{1}  disk.img\n{2}  disk.img.sig")]
    [InlineData("{2}  mydisk.img\n{1}  disk.img")]
    public void The_line_of_the_file_counts(string text) => Assert.Equal(One, Find(text));

    [Fact]
    public void The_strongest_algorithm_counts_unless_another_is_wanted()
    {
        string text = $"{new string('3', 128)}  disk.img\n{One}  disk.img\nMD5 (disk.img) = {new string('4', 32)}";
        Assert.Equal("sha512", HashList.FindIn(text, "list", "disk.img", null).Algorithm);
        Assert.Equal(One, HashList.FindIn(text, "list", "disk.img", "sha256").Value);
        Assert.Throws<InvalidHashException>(() => HashList.FindIn(text, "list", "disk.img", "sha1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{1}  other.img")]
    [InlineData("{1}  disk.img\n{2}  disk.img")]
    [InlineData("{2}  a/disk.img\n{1}  b/disk.img")]
    [InlineData("<html>404</html>")]
    [InlineData("123  disk.img")]
    [InlineData("SHA512 (disk.img) = {1}")]
    public void What_is_not_there_or_not_clear_is_refused(string text) => Assert.Throws<InvalidHashException>(() => Find(text));

    private static string Find(string text) =>
        HashList.FindIn(text.Replace("{1}", One, StringComparison.Ordinal).Replace("{2}", Two, StringComparison.Ordinal), "list", "disk.img", null).Value;
}
