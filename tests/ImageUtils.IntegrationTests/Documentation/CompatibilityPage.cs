using System.Globalization;

namespace ImageUtils.IntegrationTests.Documentation;

/// <summary>docs/compatibility.md, read: the table of all lines, and the rows of what is done differently.</summary>
internal sealed class CompatibilityPage
{
    private const string TableHeading = "## Line by line";

    private static readonly string[] DifferenceHeadings = ["## Command lines", "## Behaviour"];

    private CompatibilityPage(IReadOnlyList<CompatibilityRow> rows, IReadOnlyList<(int[] Lines, string[] Cells)> differences)
    {
        Rows = rows;
        Differences = differences;
    }

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public IReadOnlyList<CompatibilityRow> Rows { get; }

    /// <summary>The numbers of the first cell, and all cells.</summary>
    public IReadOnlyList<(int[] Lines, string[] Cells)> Differences { get; }

    public static CompatibilityPage Read()
    {
        var rows = new List<CompatibilityRow>();
        var differences = new List<(int[], string[])>();
        string chapter = string.Empty;
        int section = 0;
        foreach (string line in File.ReadLines(Path.Combine(Root, "docs", "compatibility.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                chapter = line;
            }
            else if (line.StartsWith("### ", StringComparison.Ordinal))
            {
                section = int.Parse(line.AsSpan(4, line.IndexOf('.', StringComparison.Ordinal) - 4), CultureInfo.InvariantCulture);
            }
            else if (line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2]))
            {
                string[] cells = line.Trim()[1..^1].Split('|', StringSplitOptions.TrimEntries);
                if (chapter == TableHeading)
                {
                    Assert.True(cells.Length == 3, line);
                    rows.Add(new CompatibilityRow(int.Parse(cells[0], CultureInfo.InvariantCulture), section, cells[1], cells[2]));
                }
                else if (DifferenceHeadings.Contains(chapter, StringComparer.Ordinal))
                {
                    differences.Add((NumbersOf(cells[0]), cells));
                }
            }
        }

        return new CompatibilityPage(rows, differences);
    }

    private static int[] NumbersOf(string cell) => cell.Split(',', StringSplitOptions.TrimEntries)
        .SelectMany(part =>
        {
            int[] ends = part.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            return Enumerable.Range(ends[0], ends[^1] - ends[0] + 1);
        })
        .ToArray();

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ImageUtils.PowerShell.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
