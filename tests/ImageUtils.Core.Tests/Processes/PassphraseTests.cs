using System.IO.Pipes;
using System.Security;
using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Processes;

public sealed class PassphraseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("secret")]
    [InlineData("secret\n")]
    [InlineData(" \r\n")]
    [InlineData("naïve ☃")]
    public void A_file_counts_byte_by_byte(string content)
    {
        File.WriteAllText(_folder.File("p"), content);
        using Passphrase passphrase = Passphrase.FromFile(_folder.File("p"));
        Assert.Equal(Encoding.UTF8.GetBytes(content), passphrase.Bytes.ToArray());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("61 00 62", "zero byte")]
    [InlineData("ff fe 41", "UTF-8")]
    public void What_qemu_img_would_cut_or_refuse_is_refused(string hex, string reason)
    {
        File.WriteAllBytes(_folder.File("p"), Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal)));
        InvalidPassphraseException e = Assert.Throws<InvalidPassphraseException>(() => Passphrase.FromFile(_folder.File("p")));
        Assert.Contains(reason, e.Reason, StringComparison.Ordinal);
        Assert.Equal(_folder.File("p"), e.Subject);
    }

    [Fact]
    public void More_than_the_longest_is_refused_without_reading_on()
    {
        using var stream = new FaultyStream(1 << 20);
        Assert.Throws<InvalidPassphraseException>(() => Passphrase.FromStream(stream, "standard input"));
        Assert.InRange(stream.Position, Passphrase.LongestBytes + 1, Passphrase.LongestBytes + 1);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_from_one_that_cannot_be_read()
    {
        Assert.Throws<PathNotFoundException>(() => Passphrase.FromFile(_folder.File("none")));
        Assert.Throws<InvalidPassphraseException>(() => Passphrase.FromFile(_folder.Path));
    }

    [Fact]
    public void What_was_typed_becomes_utf8_without_the_end_of_a_line()
    {
        using SecureString typed = Typed("pä☃");
        using Passphrase passphrase = Passphrase.FromSecureString(typed, "-Passphrase");
        Assert.Equal(Encoding.UTF8.GetBytes("pä☃"), passphrase.Bytes.ToArray());
        using SecureString nothing = Typed(string.Empty);
        Assert.Throws<InvalidPassphraseException>(() => Passphrase.FromSecureString(nothing, "-Passphrase"));
        using SecureString half = Typed("\ud83d");
        Assert.Throws<InvalidPassphraseException>(() => Passphrase.FromSecureString(half, "-Passphrase"));
    }

    [Fact]
    public void It_is_wiped_and_never_shows()
    {
        Passphrase passphrase = Make("secret");
        ReadOnlyMemory<byte> bytes = passphrase.Bytes;
        Assert.DoesNotContain("secret", passphrase.ToString(), StringComparison.Ordinal);
        passphrase.Dispose();
        Assert.Equal(new byte[6], bytes.ToArray());
        Assert.Throws<ObjectDisposedException>(() => passphrase.Bytes);
    }

    [Fact]
    public void A_file_in_memory_is_read_as_often_as_needed_and_gone_afterwards()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "memfd_create is Linux's.");
        using Passphrase passphrase = Make("secret");
        string path;
        using (SecretHandover secret = SecretHandover.Offer(passphrase))
        {
            path = secret.FilePath;
            Assert.Matches("^/proc/[0-9]+/fd/[0-9]+$", path);
            Assert.Null(secret.StandardInput);
            Assert.Equal("secret", File.ReadAllText(path));
            Assert.Equal("secret", File.ReadAllText(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Standard_input_is_offered_by_its_name()
    {
        using Passphrase passphrase = Make("secret");
        using var secret = new StandardInputSecret(passphrase);
        Assert.Equal("/dev/stdin", secret.FilePath);
        Assert.Equal("secret", Encoding.UTF8.GetString(secret.StandardInput!.Value.Span));
    }

    [Fact]
    public async Task A_named_pipe_gives_the_whole_to_each_that_opens_it()
    {
        using Passphrase passphrase = Make("secret");
        string name;
        using (var secret = new NamedPipeSecret(passphrase))
        {
            name = secret.PipeName;
            Assert.Equal(@"\\.\pipe\" + name, secret.FilePath);
            Assert.Equal("secret", await ReadPipeAsync(name));
            Assert.Equal("secret", await ReadPipeAsync(name));
        }

        await Assert.ThrowsAsync<TimeoutException>(() => ReadPipeAsync(name, milliseconds: 50));
    }

    private static async Task<string> ReadPipeAsync(string name, int milliseconds = 30_000)
    {
        await using var pipe = new NamedPipeClientStream(".", name, PipeDirection.In, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(milliseconds, Token);
        using var reader = new StreamReader(pipe);
        return await reader.ReadToEndAsync(Token);
    }

    private static Passphrase Make(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return Passphrase.FromStream(stream, "test");
    }

    private static SecureString Typed(string text)
    {
        var typed = new SecureString();
        foreach (char character in text)
        {
            typed.AppendChar(character);
        }

        return typed;
    }
}
