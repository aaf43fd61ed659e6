using System.Globalization;
using System.Text;

namespace ImageUtils.Processes;

/// <summary>Keeps the beginning and the end of a text of any length. A program that talks without end must not fill our memory.</summary>
internal sealed class BoundedText
{
    private readonly int headLimit;
    private readonly char[] tail;
    private readonly StringBuilder head = new();
    private int tailStart;
    private int tailLength;
    private long leftOut;

    /// <summary>Makes it empty.</summary>
    /// <param name="headLimit">The number of characters kept of the beginning.</param>
    /// <param name="tailLimit">The number of characters kept of the end.</param>
    public BoundedText(int headLimit, int tailLimit)
    {
        this.headLimit = headLimit;
        tail = new char[tailLimit];
    }

    /// <summary>Adds a piece.</summary>
    /// <param name="piece">The piece.</param>
    public void Append(ReadOnlySpan<char> piece)
    {
        int toHead = Math.Min(headLimit - head.Length, piece.Length);
        head.Append(piece[..toHead]);
        foreach (char c in piece[toHead..])
        {
            if (tailLength < tail.Length)
            {
                tail[(tailStart + tailLength++) % tail.Length] = c;
            }
            else
            {
                tail[tailStart] = c;
                tailStart = (tailStart + 1) % tail.Length;
                leftOut++;
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var whole = new StringBuilder().Append(head);
        if (leftOut > 0)
        {
            whole.Append(CultureInfo.InvariantCulture, $"\n[… {leftOut} characters left out …]\n");
        }

        for (int i = 0; i < tailLength; i++)
        {
            whole.Append(tail[(tailStart + i) % tail.Length]);
        }

        return whole.ToString();
    }
}
