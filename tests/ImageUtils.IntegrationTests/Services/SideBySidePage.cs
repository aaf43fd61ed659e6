using ImageUtils.IntegrationTests.Documentation;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>The two tables of docs/compatibility.md on what came out side by side with cinder.</summary>
internal sealed class SideBySidePage
{
    private const string Heading = "## Side by side with the real cinder";

    private SideBySidePage(IReadOnlyList<string> differences, IReadOnlyList<string> refusals)
    {
        Differences = differences;
        Refusals = refusals;
    }

    /// <summary>One line for each image and work that differs.</summary>
    public IReadOnlyList<string> Differences { get; }

    /// <summary>The names by which both refuse.</summary>
    public IReadOnlyList<string> Refusals { get; }

    public static SideBySidePage Read()
    {
        var differences = new List<string>();
        var refusals = new List<string>();
        IEnumerable<string[]> rows = File.ReadLines(Path.Combine(CompatibilityPage.Root, "docs", "compatibility.md"))
            .SkipWhile(line => line != Heading)
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Trim()[1..^1].Split('|', StringSplitOptions.TrimEntries));
        foreach (string[] cells in rows.Where(cells => cells[0] is not ("---" or "cinder" or "Image or volume")))
        {
            Assert.DoesNotContain(string.Empty, cells);
            if (cells.Length == 5)
            {
                differences.AddRange(
                    from subject in cells[0].Split(", ")
                    from work in cells[1].Split(", ")
                    select Line(subject, work, cells[2], cells[3]));
            }
            else
            {
                Assert.Equal(3, cells.Length);
                refusals.Add(Pair(cells[0], cells[1]));
            }
        }

        return new SideBySidePage(differences, refusals);
    }

    public static string LineOf(SideBySideOutcome outcome) => Line(outcome.Subject, outcome.Work, outcome.TheirWord, outcome.OurWord);

    public static string PairOf(SideBySideOutcome outcome) => Pair(outcome.TheirWord, outcome.OurWord);

    private static string Line(string subject, string work, string theirs, string ours) => $"{subject}, {work}: {theirs} / {ours}";

    private static string Pair(string theirs, string ours) => $"{theirs} / {ours}";
}
