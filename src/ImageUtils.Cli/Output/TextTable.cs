using System.Text;

namespace ImageUtils.Cli;

/// <summary>Results as a table: a row each, columns as wide as what they hold.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>Makes the table.</summary>
    /// <typeparam name="T">The type of the rows.</typeparam>
    /// <param name="rows">The rows.</param>
    /// <param name="columns">Heading and value of each column.</param>
    /// <returns>The table, with a line end behind each row.</returns>
    public static string Of<T>(IReadOnlyList<T> rows, IReadOnlyList<(string Heading, Func<T, object?> Value)> columns)
    {
        string[] headings = [.. columns.Select(column => column.Heading)];
        List<string[]> cells = [headings, [.. headings.Select(heading => new string('-', heading.Length))]];
        cells.AddRange(rows.Select(row => columns.Select(column => ValueText.Of(column.Value(row))).ToArray()));
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(index => cells.Max(row => row[index].Length))];
        StringBuilder table = new();
        foreach (string[] row in cells)
        {
            table.AppendLine(string.Join(Gap, row.Select((cell, index) => cell.PadRight(widths[index]))).TrimEnd());
        }

        return table.ToString();
    }
}
