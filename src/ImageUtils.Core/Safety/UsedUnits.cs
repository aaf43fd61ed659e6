namespace ImageUtils.Safety;

/// <summary>
/// Remembers which clusters or blocks of a file are taken, in pages, so that memory follows what is used and not what an
/// image claims. When its bound is reached it forgets no one, and takes no more.
/// </summary>
internal sealed class UsedUnits
{
    private const int PageBits = 15;
    private const int WordsOfPage = (1 << PageBits) / 64;
    private const int MaximumPages = 8192;

    private readonly Dictionary<ulong, ulong[]> _pages = [];

    /// <summary>True where the bound was reached and overlaps may have gone unseen.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Takes a unit.</summary>
    /// <param name="unit">Its number.</param>
    /// <returns>False where it was taken already.</returns>
    public bool Take(ulong unit)
    {
        if (!_pages.TryGetValue(unit >> PageBits, out ulong[]? page))
        {
            if (_pages.Count == MaximumPages)
            {
                IsFull = true;
                return true;
            }

            page = new ulong[WordsOfPage];
            _pages.Add(unit >> PageBits, page);
        }

        int index = (int)(unit & ((1 << PageBits) - 1));
        ulong bit = 1UL << (index & 63);
        bool isFree = (page[index >> 6] & bit) == 0;
        page[index >> 6] |= bit;
        return isFree;
    }
}
