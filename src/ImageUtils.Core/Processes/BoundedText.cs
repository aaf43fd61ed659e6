using System.Globalization;
using System.Text;

namespace ImageUtils.Processes;

/// <summary>Keeps the beginning and the end of a text of any length. A program that talks without end must not fill our memory.</summary>
internal sealed class BoundedText
{
    private readonly int _headLimit;
    private readonly char[] _tail;
    private readonly StringBuilder _head = new();
    private int _tailStart;
    private int _tailLength;
    private long _leftOut;

    /// <summary>Makes it empty.</summary>
    /// <param name="headLimit">The number of characters kept of the beginning.</param>
    /// <param name="tailLimit">The number of characters kept of the end.</param>
    public BoundedText(int headLimit, int tailLimit)
    {
        _headLimit = headLimit;
        _tail = new char[tailLimit];
    }

    /// <summary>Adds a piece.</summary>
    /// <param name="piece">The piece.</param>
    public void Append(ReadOnlySpan<char> piece)
    {
        int toHead = Math.Min(_headLimit - _head.Length, piece.Length);
        _head.Append(piece[..toHead]);
        foreach (char c in piece[toHead..])
        {
            if (_tailLength < _tail.Length)
            {
                _tail[(_tailStart + _tailLength++) % _tail.Length] = c;
            }
            else
            {
                _tail[_tailStart] = c;
                _tailStart = (_tailStart + 1) % _tail.Length;
                _leftOut++;
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var whole = new StringBuilder().Append(_head);
        if (_leftOut > 0)
        {
            whole.Append(CultureInfo.InvariantCulture, $"\n[… {_leftOut} characters left out …]\n");
        }

        for (int i = 0; i < _tailLength; i++)
        {
            whole.Append(_tail[(_tailStart + i) % _tail.Length]);
        }

        return whole.ToString();
    }
}
