using ImageUtils.Services;

namespace ImageUtils.Core.Tests.Services;

public sealed class XenServerImageTests
{
    // Behaviours 151 and 165 of the reference; cinder fails where there is no container format at all.
    [Theory]
    [InlineData("vhd", "ovf", true)]
    [InlineData("vhd", "bare", false)]
    [InlineData("raw", "ovf", false)]
    [InlineData("vhd", null, false)]
    [InlineData(null, "ovf", false)]
    public void Only_a_VHD_in_an_OVF_is_an_image_of_XenServer(string? diskFormat, string? containerFormat, bool expected) =>
        Assert.Equal(expected, new ServiceImage { ImageId = "id", Status = "active", DiskFormat = diskFormat, ContainerFormat = containerFormat }.IsXenServer);
}
