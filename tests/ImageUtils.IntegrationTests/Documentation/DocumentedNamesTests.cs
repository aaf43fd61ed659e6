using System.Text.RegularExpressions;
using ImageUtils.Configuration;
using ImageUtils.Safety;

namespace ImageUtils.IntegrationTests.Documentation;

/// <summary>What a script may compare with stands in the documents: error ids, options, checks, formats.</summary>
public sealed partial class DocumentedNamesTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_error_id_is_documented_with_its_category()
    {
        string page = Page("about_ImageUtils_Errors.md");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root, "src", "ImageUtils.Core"), "*Exception.cs", SearchOption.AllDirectories))
        {
            Match match = BaseCall().Match(File.ReadAllText(file));
            if (match.Success)
            {
                Assert.Contains($"| `{match.Groups[1].Value}` | {match.Groups[2].Value} |", page, StringComparison.Ordinal);
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

    private static string Page(string name) => File.ReadAllText(Path.Combine(Root, "docs", "en-US", name));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ImageUtils.PowerShell.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The repository's root was not found.");
    }

    [GeneratedRegex(@"base\(\s*""(\w+)"",\s*ErrorKind\.(\w+)")]
    private static partial Regex BaseCall();
}
