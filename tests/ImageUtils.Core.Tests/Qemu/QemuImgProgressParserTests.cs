using ImageUtils.Qemu;

namespace ImageUtils.Core.Tests.Qemu;

public sealed class QemuImgProgressParserTests
{
    private const string Said = "    (0.00/100%)\r    (12.34/100%)\r    (100.00/100%)\r    (100.00/100%)\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Pieces_may_be_cut_anywhere(int size)
    {
        var parser = new QemuImgProgressParser();
        var found = new List<double>();
        for (int i = 0; i < Said.Length; i += size)
        {
            if (parser.Feed(Said.AsSpan(i, Math.Min(size, Said.Length - i))) is { } percentage)
            {
                found.Add(percentage);
            }
        }

        Assert.Equal(100, found[^1]);
        if (size == 1)
        {
            Assert.Equal([0, 12.34, 100, 100], found);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("(1,5/100%)")]
    [InlineData("(101.00/100%)")]
    [InlineData("(-1/100%)")]
    [InlineData("(NaN/100%)")]
    [InlineData("((((((")]
    [InlineData("(1.00/100%")]
    [InlineData("(00000000000000000000000000000000000000000000001.00/100%)")]
    public void Anything_else_is_no_progress(string said) => Assert.Null(new QemuImgProgressParser().Feed(said));
}
