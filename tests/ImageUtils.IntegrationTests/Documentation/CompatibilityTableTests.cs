using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageUtils.IntegrationTests.Documentation;

/// <summary>The table of docs/compatibility.md has every line of the reference, and names only tests that there are.</summary>
public sealed partial class CompatibilityTableTests
{
    private const int LineCount = 352;

    /// <summary>Lines that are done differently on purpose, each of which needs its reason.</summary>
    private static readonly int[] Intended = [6, 12, 15, 17, 37, 40, 53, 59, 61, 62, 66, 77, 85, 94, 96, 125, 164, 173, 176, 202];

    /// <summary>Sections that the local image service can show whole, but for what needs the words below.</summary>
    private static readonly int[] WholeSections = [2, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22];

    private static readonly string[] LaterWork = ["Glance", "root helper", "LUKS", "device", "XenServer chain"];

    private static readonly CompatibilityPage Page = CompatibilityPage.Read();

    [Fact]
    public void Every_line_has_exactly_one_row() =>
        Assert.Equal(Enumerable.Range(1, LineCount), Page.Rows.Select(row => row.Line));

    [Fact]
    public void Every_row_says_in_a_few_words_what_it_is_about() =>
        Assert.Empty(Page.Rows.Where(row => row.What.Split(' ').Length is < 3 or > 8).Select(row => $"{row.Line}: {row.What}"));

    [Fact]
    public void Every_row_names_tests_or_a_reason() =>
        Assert.Empty(Page.Rows.Where(row => row.Parts.Any(part => !PartPattern().IsMatch(part)) || row.Parts is ["differs, see above"]).Select(row => $"{row.Line}: {row.ShownBy}"));

    [Fact]
    public void Every_test_that_is_named_is_there()
    {
        string tests = Path.Combine(CompatibilityPage.Root, "tests");
        Dictionary<string, string> sources = Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(tests, "*.Tests.ps1", SearchOption.AllDirectories))
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToLookup(path => Path.GetFileName(path), File.ReadAllText, StringComparer.Ordinal)
            .ToDictionary(files => files.Key, files => string.Join('\n', files), StringComparer.Ordinal);
        string[] missing = Page.Rows
            .SelectMany(row => NamePattern().Matches(row.ShownBy).Select(match => (row.Line, Name: match.Groups["name"].Value)))
            .Where(named => !IsThere(named.Name, sources))
            .Select(named => $"{named.Line}: {named.Name}")
            .ToArray();
        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    [Fact]
    public void What_the_local_service_can_show_is_not_left_for_later() =>
        Assert.Empty(Page.Rows
            .Where(row => WholeSections.Contains(row.Section))
            .Where(row => row.Parts.Any(part => part.StartsWith("later:", StringComparison.Ordinal) && !LaterWork.Any(word => part.Contains(word, StringComparison.Ordinal))))
            .Select(row => $"{row.Line}: {row.ShownBy}"));

    [Fact]
    public void Every_intended_difference_has_its_reason()
    {
        Assert.Empty(Page.Differences.Where(row => row.Cells.Length != 4 || row.Cells.Any(string.IsNullOrEmpty)).Select(row => string.Join(" | ", row.Cells)));
        HashSet<int> explained = Page.Differences.SelectMany(row => row.Lines).ToHashSet();
        Assert.Empty(Intended.Except(explained));
        Assert.Empty(Page.Rows.Where(row => row.Parts[0] == "differs, see above").Select(row => row.Line).Except(explained));
    }

    [Fact]
    public void A_line_that_is_explained_above_points_there()
    {
        HashSet<int> pointing = Page.Rows.Where(row => row.Parts[0] == "differs, see above").Select(row => row.Line).ToHashSet();
        Assert.Empty(Page.Differences.SelectMany(row => row.Lines).Distinct().Except(pointing).Order());
    }

    [Fact]
    public void Lines_and_sections_are_those_of_the_reference()
    {
        string reference = Path.GetFullPath(Path.Combine(CompatibilityPage.Root, "..", "shared", "reference", "cinder-behaviours.md"));
        Assert.SkipUnless(File.Exists(reference), "The reference of behaviours is not there (../shared/reference).");
        var expected = new List<(int, int)>();
        int section = 0;
        foreach (string line in File.ReadLines(reference))
        {
            Match heading = HeadingPattern().Match(line);
            Match behaviour = BehaviourPattern().Match(line);
            section = heading.Success ? int.Parse(heading.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) : section;
            if (behaviour.Success)
            {
                expected.Add((int.Parse(behaviour.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), section));
            }
        }

        Assert.Equal(expected, Page.Rows.Select(row => (row.Line, row.Section)));
    }

    private static bool IsThere(string name, Dictionary<string, string> sources)
    {
        int colon = name.IndexOf(": ", StringComparison.Ordinal);
        if (colon >= 0)
        {
            string it = name[(colon + 2)..].Replace("'", "''", StringComparison.Ordinal);
            return sources.TryGetValue(name[..colon], out string? script) && script.Contains($"It '{it}'", StringComparison.Ordinal);
        }

        string[] parts = name.Split('.');
        return parts.Length == 2
            && sources.TryGetValue(parts[0] + ".cs", out string? source)
            && Regex.IsMatch(source, $@"public (async )?(void|Task) {parts[1]}\(", RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    [GeneratedRegex(@"\A(differs, see above|(shown by )?`[^`]+`(, `[^`]+`)*|(later|out): .{8,})\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex PartPattern();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A## (?<number>[0-9]+)\.", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"\A- \[.\] \*\*[TCR]\*\*(?<number>[0-9]{3}) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex BehaviourPattern();
}
