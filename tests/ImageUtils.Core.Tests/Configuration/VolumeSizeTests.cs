using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Configuration;

public sealed class VolumeSizeTests
{
    private const long GiB = 1L << 30;

    [Theory]
    [InlineData(1, GiB)]
    [InlineData(1_048_576, 1_048_576 * GiB)]
    public void Whole_gibibytes_become_bytes(long gibibytes, long bytes) => Assert.Equal(bytes, VolumeSize.FromGiB(gibibytes));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_048_577)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Sizes_out_of_range_are_refused(long gibibytes) => Assert.Throws<InvalidSizeException>(() => VolumeSize.FromGiB(gibibytes));

    [Fact]
    public void Bytes_where_gibibytes_were_meant_are_refused_with_advice() =>
        Assert.Contains("give 10 for 10 GiB", Assert.Throws<InvalidSizeException>(() => VolumeSize.FromGiB(10 * GiB)).Reason, StringComparison.Ordinal);

    // Behaviours 178 to 180 of the reference.
    [Theory]
    [InlineData(GiB, 2, 1)]
    [InlineData(2 * GiB, 2, 2)]
    [InlineData(GiB + 1, 2, 2)]
    [InlineData(0, 1, 0)]
    public void What_fits_is_rounded_up(long virtualSize, long volume, long expected) =>
        Assert.Equal(expected, VolumeSize.CheckVirtualSize(virtualSize, VolumeSize.FromGiB(volume), "image"));

    [Theory]
    [InlineData(3 * GiB, 2, "Image virtual size is 3GB and doesn't fit in a volume of size 2GB.")]
    [InlineData((2 * GiB) + 1, 2, "Image virtual size is 3GB and doesn't fit in a volume of size 2GB.")]
    [InlineData(long.MaxValue, 1, "Image virtual size is 8589934592GB and doesn't fit in a volume of size 1GB.")]
    public void One_byte_too_many_is_refused(long virtualSize, long volume, string reason)
    {
        ImageUnacceptableException e = Assert.Throws<ImageUnacceptableException>(() => VolumeSize.CheckVirtualSize(virtualSize, VolumeSize.FromGiB(volume), "image"));
        Assert.Equal(reason, e.Reason);
    }

    [Fact]
    public void A_volume_of_odd_bytes_is_compared_in_bytes()
    {
        Assert.Equal(1, VolumeSize.CheckVirtualSize(1000, 1000, "image"));
        Assert.Throws<ImageUnacceptableException>(() => VolumeSize.CheckVirtualSize(1001, 1000, "image"));
    }

    [Fact]
    public void A_negative_size_is_refused() => Assert.Throws<ImageUnacceptableException>(() => VolumeSize.CheckVirtualSize(-1, null, "image"));

    [Fact]
    public void Min_disk_counts()
    {
        VolumeSize.CheckMinDisk(2, 2 * GiB, "image");
        VolumeSize.CheckMinDisk(2, null, "image");
        Assert.Throws<ImageUnacceptableException>(() => VolumeSize.CheckMinDisk(2, (2 * GiB) - 1, "image"));
        Assert.Throws<ImageUnacceptableException>(() => VolumeSize.CheckMinDisk(int.MaxValue, GiB, "image"));
    }
}
