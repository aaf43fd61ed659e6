using ImageUtils.Errors;

namespace ImageUtils.Core.Tests.Errors;

public sealed class ToolFailedExceptionTests
{
    [Fact]
    public void A_short_text_stands_in_the_message_whole() =>
        Assert.Equal($"Command failed with exit code 1: x{Environment.NewLine}one\ntwo", new ToolFailedException("x", 1, "\none\ntwo\n").Message);

    [Fact]
    public void Of_many_lines_the_last_ten_stand_in_the_message_and_all_in_the_property()
    {
        string flood = string.Join('\n', Enumerable.Range(1, 100_000).Select(i => $"line {i}"));
        var e = new ToolFailedException("x", 1, flood);
        Assert.Equal(flood, e.StandardError);
        Assert.EndsWith($"[…]{Environment.NewLine}{string.Join('\n', Enumerable.Range(99_991, 10).Select(i => $"line {i}"))}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_endless_line_is_cut_between_characters()
    {
        var e = new ToolFailedException("x", 1, string.Concat(Enumerable.Repeat("\U0001F4BE", 60_000)) + "!");
        Assert.InRange(e.Message.Length, 2000, 2200);
        Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(e.Message)));
    }
}
