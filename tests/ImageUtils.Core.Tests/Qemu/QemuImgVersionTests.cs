using ImageUtils.Qemu;

namespace ImageUtils.Core.Tests.Qemu;

public sealed class QemuImgVersionTests
{
    [Theory]
    [InlineData("qemu-img version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright", "7.2.22")]
    [InlineData("qemu-img version 2.0.0", "2.0.0")]
    [InlineData("qemu-img version 10", "10")]
    public void The_version_is_found(string said, string expected) => Assert.Equal(expected, QemuImgVersion.FromOutput(said)?.Text);

    [Theory]
    [InlineData("")]
    [InlineData("qemu-img: not found")]
    [InlineData("qemu-img version x")]
    [InlineData("see qemu-img version 1.2")]
    [InlineData("qemu-img version 99999999999999.1")]
    public void Anything_else_is_no_version(string said) => Assert.Null(QemuImgVersion.FromOutput(said));

    [Theory]
    [InlineData("2.10", "2.9", true)]
    [InlineData("2.9", "2.10", false)]
    [InlineData("1.8", "1.8", true)]
    [InlineData("1.8", "2.0", false)]
    [InlineData("7.2", "7.2.0", true)]
    [InlineData("7.2.1", "7.2", true)]
    [InlineData("7.2", "7.2.1", false)]
    public void Versions_are_compared_number_by_number(string version, string minimum, bool isEnough) =>
        Assert.Equal(isEnough, QemuImgVersion.Parse(version)!.IsAtLeast(QemuImgVersion.Parse(minimum)!));
}
