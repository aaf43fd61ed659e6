using System.Globalization;
using System.Text.RegularExpressions;

namespace ImageUtils.Qemu;

/// <summary>A version of qemu-img; compared number by number, so that 2.10 is after 2.9, and a number that is missing is 0.</summary>
public sealed partial class QemuImgVersion 
{
    private readonly int[] _numbers;

    private QemuImgVersion(string text, int[] numbers)
    {
        Text = text;
        _numbers = numbers;
    }

    /// <summary>The version as the program says it, for example <c>7.2.22</c>.</summary>
    public string Text { get; }

    /// <summary>Finds the version in what <c>qemu-img --version</c> says.</summary>
    /// <param name="said">For example <c>qemu-img version 7.2.22 (Debian …)</c>.</param>
    /// <returns>The version; null: there is none in it.</returns>
    public static QemuImgVersion? FromOutput(string said)
    {
        Match match = OutputPattern().Match(said);
        return match.Success ? Parse(match.Groups["version"].Value) : null;
    }

    /// <summary>Reads a version.</summary>
    /// <param name="text">Numbers with points, for example <c>2.10</c>.</param>
    /// <returns>The version; null: it is none.</returns>
    public static QemuImgVersion? Parse(string text)
    {
        string[] parts = text.Split('.');
        int[] found = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out found[i]))
            {
                return null;
            }
        }

        return new QemuImgVersion(text, found);
    }

    /// <summary>Tells whether this version will do.</summary>
    /// <param name="minimum">The oldest that will.</param>
    /// <returns>True where this one is the same or newer.</returns>
    public bool IsAtLeast(QemuImgVersion minimum)
    {
        for (int i = 0; i < Math.Max(_numbers.Length, minimum._numbers.Length); i++)
        {
            int difference = _numbers.ElementAtOrDefault(i).CompareTo(minimum._numbers.ElementAtOrDefault(i));
            if (difference != 0)
            {
                return difference > 0;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\Aqemu-img version (?<version>[0-9]+(\.[0-9]+)*)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OutputPattern();
}
