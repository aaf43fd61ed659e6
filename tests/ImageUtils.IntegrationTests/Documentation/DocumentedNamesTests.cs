using System.Text.RegularExpressions;
using ImageUtils.Configuration;
using ImageUtils.Safety;

namespace ImageUtils.IntegrationTests.Documentation;

/// <summary>What a script may compare with stands in the documents: error ids, options, checks, formats.</summary>
public sealed partial class DocumentedNamesTests
{
    [Fact]
    public void Every_error_id_is_documented_with_its_category()
    {
        string page = Page("about_ImageUtils_Errors.md");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(CompatibilityPage.Root, "src", "ImageUtils.Core"), "*Exception.cs", SearchOption.AllDirectories))
        {
            Match match = BaseCall().Match(File.ReadAllText(file));
            if (match.Success)
            {
                Assert.Contains($"| `{match.Groups["id"].Value}` | {match.Groups["kind"].Value} |", page, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Every_option_is_documented() =>
        Assert.All(OptionDefinitions.All, option => Assert.Contains($"| `{option.Name}` |", Page("about_ImageUtils_Options.md"), StringComparison.Ordinal));

    [Fact]
    public void Every_check_is_documented() =>
        Assert.All(CheckNames.All, check => Assert.Contains($"| `{check}` |", Page("about_ImageUtils_Safety.md"), StringComparison.Ordinal));

    [Fact]
    public void Every_format_is_documented() =>
        Assert.All(DiskFormat.All, format => Assert.Matches($@"(?m)^\| [^|]*\b{format.Name}\b", Page("about_ImageUtils_Formats.md")));

    private static string Page(string name) => File.ReadAllText(Path.Combine(CompatibilityPage.Root, "docs", "en-US", name));

    [GeneratedRegex(@"base\(\s*""(?<id>\w+)"",\s*ErrorKind\.(?<kind>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BaseCall();
}
