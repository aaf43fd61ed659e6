using ImageUtils.IntegrationTests.Support;
using ImageUtils.Privilege;

namespace ImageUtils.IntegrationTests.Documentation;

/// <summary>The rules of the root helper that are shipped are those that imageutils prints.</summary>
public sealed class RootHelperRulesTests
{
    [Fact]
    public void The_shipped_filters_of_rootwrap_are_those_that_are_printed() =>
        Assert.Equal(RootHelperRules.ForRootwrap(RootHelperRules.DefaultProgram, RootHelperRules.DefaultQemuImg, []), Shipped("imageutils.filters"));

    [Fact]
    public void The_shipped_rules_of_sudo_are_those_that_are_printed() =>
        Assert.Equal(RootHelperRules.ForSudo(RootHelperRules.DefaultUser, RootHelperRules.DefaultProgram, []), Shipped("sudoers"));

    [Theory]
    [InlineData()]
    [InlineData("/var/lib/cinder", "/srv/images.d/")]
    public void Sudo_understands_its_rules(params string[] folders)
    {
        Assert.SkipWhen(ImageUtils.Processes.ExecutableSearch.Find("visudo", null) is null, "sudo is not installed.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("rules"), RootHelperRules.ForSudo("cinder", "/opt/a.b/imageutils", folders));
        (int code, string said) = LoopDevice.Run("visudo", "-cf", folder.File("rules"));
        Assert.True(code == 0, said);
    }

    [Theory]
    [InlineData("relative")]
    [InlineData("/a/../b")]
    [InlineData("/a b")]
    [InlineData("/a,b")]
    [InlineData("/a\nALL ALL=(ALL) NOPASSWD: ALL")]
    public void A_path_that_would_mean_something_else_in_a_rule_is_refused(string path)
    {
        Assert.Throws<ArgumentException>(() => RootHelperRules.ForRootwrap(path, RootHelperRules.DefaultQemuImg, []));
        Assert.Throws<ArgumentException>(() => RootHelperRules.ForSudo("cinder", path, []));
        Assert.Throws<ArgumentException>(() => RootHelperRules.ForRootwrap(RootHelperRules.DefaultProgram, RootHelperRules.DefaultQemuImg, [path]));
        Assert.Throws<ArgumentException>(() => RootHelperRules.ForSudo("cinder\nALL", RootHelperRules.DefaultProgram, []));
    }

    private static string Shipped(string name) => File.ReadAllText(Path.Combine(CompatibilityPage.Root, "docs", "root-helper", name)).ReplaceLineEndings("\n");
}
