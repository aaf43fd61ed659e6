using ImageUtils.Qemu;

namespace ImageUtils.Core.Tests.Qemu;

public sealed class QemuImgMeasureParserTests
{
    [Theory]
    [InlineData("""{ "required": 393216, "fully-allocated": 4521984 }""", 393_216, 4_521_984)]
    [InlineData("""{ "bitmaps": 0, "required": 7, "fully-allocated": 7 }""", 7, 7)]
    public void The_two_sizes_are_read(string json, long required, long fullyAllocated) =>
        Assert.Equal(new QemuImgMeasure(required, fullyAllocated), QemuImgMeasureParser.Parse(json));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("required size: 393216")]
    [InlineData("""{ "required": 1 }""")]
    [InlineData("""{ "required": "1", "fully-allocated": 2 }""")]
    [InlineData("""{ "required": 1.5, "fully-allocated": 2 }""")]
    [InlineData("""{ "required": -1, "fully-allocated": 2 }""")]
    [InlineData("""{ "required": 3, "fully-allocated": 2 }""")]
    [InlineData("""{ "required": 1, "fully-allocated": 99999999999999999999 }""")]
    public void What_is_no_answer_is_a_format_error(string json) =>
        Assert.Throws<FormatException>(() => QemuImgMeasureParser.Parse(json));
}
