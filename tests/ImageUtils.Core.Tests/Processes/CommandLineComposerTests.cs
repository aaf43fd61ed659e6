using ImageUtils.Errors;
using ImageUtils.Processes;

namespace ImageUtils.Core.Tests.Processes;

public sealed class CommandLineComposerTests
{
    private static readonly string[] Sudo = ["sudo", "-n"];

    private static readonly ProcessLimits Limits = new(TimeSpan.FromSeconds(60), 1L << 30);

    private static readonly PlatformFacts User = new() { IsWindows = false, IsRoot = false, HasPrlimit = true };

    private static readonly PlatformFacts Windows = new() { IsWindows = true, IsRoot = false, HasPrlimit = false };

    private static readonly ProcessRequest Info = new()
    {
        FileName = "qemu-img",
        Arguments = ["info", "-f", "qcow2", "--output=json", "/a b"],
        RunAsRoot = true,
        ShowLocale = true,
        Limits = Limits,
    };

    private static readonly ProcessRequest Convert = new()
    {
        FileName = "qemu-img",
        Arguments = ["convert", "-O", "raw", "-f", "qcow2", "/a", "/b"],
    };

    public static TheoryData<string, ProcessRequest, PlatformFacts> Lines() => new()
    {
        { "prlimit --cpu=60 --as=1073741824 -- sudo -n env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info, User },
        { "prlimit --cpu=60 --as=1073741824 -- env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info, User with { IsRoot = true } },
        { "prlimit --cpu=60 --as=1073741824 -- env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info with { RunAsRoot = false }, User },
        { "sudo -n env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info, User with { HasPrlimit = false } },
        { "sudo -n env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info with { Limits = null }, User },
        { "sudo -n env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info with { Limits = new ProcessLimits(null, null) }, User },
        { "prlimit --cpu=1 -- env LC_ALL=C qemu-img info -f qcow2 --output=json '/a b'", Info with { RunAsRoot = false, Limits = new ProcessLimits(TimeSpan.FromMilliseconds(10), null) }, User },
        { "qemu-img info -f qcow2 --output=json \"/a b\"", Info, Windows },
        { "qemu-img info -f qcow2 --output=json \"/a b\"", Info, Windows with { IsRoot = true } },
        { "qemu-img convert -O raw -f qcow2 /a /b", Convert, User },
        { "sudo -n env LC_ALL=C qemu-img convert -O raw -f qcow2 /a /b", Convert with { RunAsRoot = true }, User },
        { "cgexec -g blkio:copy qemu-img convert -O raw -f qcow2 /a /b", Convert with { Prefix = ["cgexec", "-g", "blkio:copy"] }, User },
        { "sudo -n cgexec -g blkio:copy env LC_ALL=C qemu-img convert -O raw -f qcow2 /a /b", Convert with { RunAsRoot = true, Prefix = ["cgexec", "-g", "blkio:copy"] }, User },
        { "qemu-img convert -O raw -f qcow2 /a /b", Convert with { RunAsRoot = true }, Windows },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void The_words_stand_in_the_order_of_oslo(string expected, ProcessRequest request, PlatformFacts platform)
    {
        ComposedCommand command = CommandLineComposer.Compose(request, Sudo, platform);
        Assert.Equal(expected, CommandLineText.Write(command.Words, [], platform.IsWindows));
    }

    [Fact]
    public void The_locale_is_always_pinned_by_environment_too()
    {
        ComposedCommand command = CommandLineComposer.Compose(Convert, Sudo, Windows);
        Assert.Equal("LANG LANGUAGE LC_ALL", string.Join(' ', command.Environment.Keys.Order(StringComparer.Ordinal)));
        Assert.All(command.Environment.Values, value => Assert.Equal("C", value));
    }

    [Fact]
    public void What_has_no_effect_is_noted()
    {
        Assert.Equal([CompositionNote.NoLimits, CompositionNote.NoRootHelperOnWindows], CommandLineComposer.Compose(Info, Sudo, Windows).Notes);
        Assert.Equal([CompositionNote.NoLimits], CommandLineComposer.Compose(Info, Sudo, User with { HasPrlimit = false }).Notes);
        Assert.Empty(CommandLineComposer.Compose(Info, Sudo, User).Notes);
    }

    [Fact]
    public void Only_a_command_behind_the_root_helper_counts_as_one()
    {
        Assert.True(CommandLineComposer.Compose(Info, Sudo, User).IsBehindRootHelper);
        Assert.False(CommandLineComposer.Compose(Info, Sudo, User with { IsRoot = true }).IsBehindRootHelper);
        Assert.False(CommandLineComposer.Compose(Info, Sudo, Windows).IsBehindRootHelper);
        Assert.False(CommandLineComposer.Compose(Convert, Sudo, User).IsBehindRootHelper);
    }

    [Fact]
    public void No_root_helper_where_one_is_needed_is_an_error()
    {
        Assert.Throws<RootHelperUnavailableException>(() => CommandLineComposer.Compose(Info, [], User));
        Assert.NotEmpty(CommandLineComposer.Compose(Info, [], User with { IsRoot = true }).Words);
    }
}
