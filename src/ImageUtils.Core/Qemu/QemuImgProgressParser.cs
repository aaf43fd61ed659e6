using System.Globalization;

namespace ImageUtils.Qemu;

/// <summary>
/// Reads the progress that <c>qemu-img -p</c> writes, <c>    (12.34/100%)</c> and a carriage return each time, from pieces
/// that may be cut anywhere.
/// </summary>
public sealed class QemuImgProgressParser
{
    private const string Ending = "/100%)";

    /// <summary>The longest text between the parentheses; more means that it is something else.</summary>
    private const int LongestText = 32;

    private readonly char[] _text = new char[LongestText];
    private int _length;
    private bool _isInside;

    /// <summary>Reads a piece.</summary>
    /// <param name="piece">The piece.</param>
    /// <returns>The last percentage that was completed in it, 0 to 100; null: none.</returns>
    public double? Feed(ReadOnlySpan<char> piece)
    {
        double? last = null;
        foreach (char c in piece)
        {
            if (c == '(')
            {
                _isInside = true;
                _length = 0;
            }
            else if (_isInside && _length < LongestText)
            {
                _text[_length++] = c;
                if (c == ')')
                {
                    _isInside = false;
                    last = Read(_text.AsSpan(0, _length)) ?? last;
                }
            }
            else
            {
                _isInside = false;
            }
        }

        return last;
    }

    private static double? Read(ReadOnlySpan<char> text) =>
        text.EndsWith(Ending, StringComparison.Ordinal)
        && double.TryParse(text[..^Ending.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percentage)
        && percentage is >= 0 and <= 100
            ? percentage
            : null;
}
