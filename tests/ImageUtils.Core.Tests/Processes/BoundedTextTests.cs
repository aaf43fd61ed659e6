using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Processes;

public sealed class BoundedTextTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void The_beginning_and_the_end_are_kept(int pieceSize)
    {
        var text = new BoundedText(4, 3);
        string whole = "abcdefghijklmnop";
        for (int i = 0; i < whole.Length; i += pieceSize)
        {
            text.Append(whole.AsSpan(i, Math.Min(pieceSize, whole.Length - i)));
        }

        Assert.Equal("abcd\n[… 9 characters left out …]\nnop", text.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("abcdefg")]
    public void What_fits_is_kept_whole(string whole)
    {
        var text = new BoundedText(4, 3);
        text.Append(whole);
        Assert.Equal(whole, text.ToString());
    }
}
