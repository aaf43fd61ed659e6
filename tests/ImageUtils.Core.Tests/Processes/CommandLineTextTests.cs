using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Processes;

public sealed class CommandLineTextTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("", "''")]
    [InlineData("a b", "'a b'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("$(x)", "'$(x)'")]
    [InlineData("a\nb", @"$'a\nb'")]
    [InlineData("\u001b[2J", @"$'\u001b[2J'")]
    [InlineData("/a/b.c,d=e:f", "/a/b.c,d=e:f")]
    public void Words_are_quoted_for_a_shell(string word, string expected) =>
        Assert.Equal(expected, CommandLineText.Write([word], [], forWindows: false));

    [Theory]
    [InlineData(@"C:\a\b", @"C:\a\b")]
    [InlineData("", "\"\"")]
    [InlineData(@"C:\a b\", @"""C:\a b\\""")]
    [InlineData("a\"b", @"""a\""b""")]
    public void Words_are_quoted_for_windows(string word, string expected) =>
        Assert.Equal(expected, CommandLineText.Write([word], [], forWindows: true));

    [Fact]
    public void Secrets_are_hidden_also_where_they_are_a_part_of_a_word_or_of_each_other() =>
        Assert.Equal("run 'x=***;' '***'", CommandLineText.Write(["run", "x=open sesame;", "open"], ["open", "open sesame", ""], forWindows: false));
}
