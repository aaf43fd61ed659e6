using System.Globalization;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Configuration;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("512", 512)]
    [InlineData("512B", 512)]
    [InlineData("512M", 512L << 20)]
    [InlineData("10G", 10L << 30)]
    [InlineData("10GB", 10L << 30)]
    [InlineData("10GiB", 10L << 30)]
    [InlineData("10gib", 10L << 30)]
    [InlineData("  10  GB ", 10L << 30)]
    [InlineData("1.5K", 1536)]
    [InlineData("2T", 2L << 40)]
    [InlineData("7E", 7L << 60)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void A_unit_is_a_power_of_1024(string text, long bytes) => Assert.Equal(bytes, SizeText.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("ten")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1,5G")]
    [InlineData("1.0001")]
    [InlineData("1e9")]
    [InlineData("0x10")]
    [InlineData("10GX")]
    [InlineData("10Gi")]
    [InlineData("10 G B")]
    [InlineData("8E")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999E")]
    [InlineData("1.2.3")]
    [InlineData(".")]
    [InlineData("١٠G")]
    public void Everything_else_is_refused(string? text)
    {
        Assert.False(SizeText.TryParse(text, out long bytes));
        Assert.Equal(0, bytes);
        InvalidSizeException e = Assert.Throws<InvalidSizeException>(() => SizeText.Parse(text));
        Assert.Equal("InvalidSize", e.ErrorId);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void The_culture_does_not_matter(string culture)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            Assert.Equal(1536L << 20, SizeText.Parse("1.5gib"));
            Assert.Equal(3L << 20, SizeText.Parse("3mib"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(4L << 20, "4 MiB")]
    [InlineData(1536L << 20, "1.5 GiB")]
    [InlineData((1L << 20) - 1, "1 MiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    [InlineData(-2048, "-2 KiB")]
    public void A_size_is_written_with_one_decimal_at_most(long bytes, string text) => Assert.Equal(text, SizeText.Format(bytes));
}
