using ImageUtils.Privilege;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Privilege;

/// <summary>What the privileged program starts with passphrases, and what it never starts.</summary>
public sealed class SecretLauncherTests
{
    [Theory]
    [InlineData("1", "sh", "-c", "id")]
    [InlineData("1", "env", "LC_ALL=C", "sh")]
    [InlineData("1", "env", "LD_PRELOAD=/tmp/x", "qemu-img")]
    [InlineData("1", "env", "LC_ALL=C")]
    [InlineData("1", "env", "LC_ALL=C", "tmp/qemu-img")]
    [InlineData("1", "/tmp/env", "LC_ALL=C", "qemu-img")]
    [InlineData("1", "qemu-img", "convert")]
    [InlineData("1")]
    [InlineData("0", "env", "LC_ALL=C", "qemu-img")]
    [InlineData("3", "env", "LC_ALL=C", "qemu-img")]
    [InlineData("1:-5", "env", "LC_ALL=C", "qemu-img")]
    [InlineData("1:", "env", "LC_ALL=C", "qemu-img")]
    [InlineData("1:2:3", "env", "LC_ALL=C", "qemu-img")]
    [InlineData("one", "env", "LC_ALL=C", "qemu-img")]
    public void Nothing_but_qemu_img_is_started(params string[] words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        using var nothing = new MemoryStream();
        Assert.Matches("^(only 'env LC_ALL=C qemu-img|the number of passphrases)", SecretLauncher.Run(words, nothing));
        Assert.Equal(0, nothing.Position);
    }

    [Fact]
    public void A_program_that_the_user_could_have_written_is_not_started()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The way of Linux.");
        string folder = Directory.CreateTempSubdirectory("iu-launch-").FullName;
        string program = Path.Combine(folder, "qemu-img");
        File.WriteAllText(program, "#!/bin/sh\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, (UnixFileMode)0x1ff);
        }

        using var nothing = new MemoryStream();
        Assert.Matches("others may write|not owned by root", SecretLauncher.Run(["1", "env", "LC_ALL=C", program], nothing));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("00000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("0000017F")]
    [InlineData("0400000061")]
    public void Input_that_holds_no_passphrase_is_refused(string hexadecimal)
    {
        using var input = new MemoryStream(Convert.FromHexString(hexadecimal));
        Assert.ThrowsAny<InvalidDataException>(() => SecretFrame.Read(input));
    }

    [Fact]
    public void Passphrases_come_one_by_one_and_not_a_byte_more_is_read()
    {
        using Passphrase first = Make("first\n");
        using Passphrase second = Make("second");
        using var input = new MemoryStream([.. SecretFrame.Write([first, second]), 1, 2, 3]);
        using Passphrase one = SecretFrame.Read(input);
        using Passphrase other = SecretFrame.Read(input);
        Assert.Equal(("first\n", "second"), (Text(one), Text(other)));
        Assert.Equal(3, input.Length - input.Position);
    }

    [Fact]
    public void A_limit_of_memory_stands_where_it_does_not_keep_the_program_from_starting() =>
        Assert.Equal(["/opt/imageutils", "with-secrets", "2:1073741824"], SecretLauncher.Words("/opt/imageutils", 2, 1L << 30));

    private static Passphrase Make(string text)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        return Passphrase.FromStream(stream, "test");
    }

    private static string Text(Passphrase passphrase) => System.Text.Encoding.UTF8.GetString(passphrase.Bytes.Span);
}
