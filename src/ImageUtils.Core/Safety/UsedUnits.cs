namespace ImageUtils.Safety;

/// <summary>
/// Remembers which sectors, clusters or blocks of a file are taken, in pages, so that memory follows what is used and not
/// what an image claims. A page that is wholly taken costs nothing but its number. When its bound is reached it forgets no
/// one, and takes no more.
/// </summary>
/// <param name="maximumPages">How many pages of 4 KiB may be kept.</param>
internal sealed class UsedUnits(int maximumPages = UsedUnits.DefaultPages)
{
    private const int DefaultPages = 4096;
    private const int PageBits = 15;
    private const int UnitsOfPage = 1 << PageBits;
    private const int WordBits = 64;

    /// <summary>A page without words is wholly taken.</summary>
    private const int MaximumFullPages = 1 << 16;

    private readonly Dictionary<ulong, Page> _pages = [];
    private int _livePages;

    /// <summary>True where the bound was reached and overlaps may have gone unseen.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Takes a unit.</summary>
    /// <param name="unit">Its number.</param>
    /// <returns>False where it was taken already.</returns>
    public bool Take(ulong unit) => TakeRange(unit, 1) is null;

    /// <summary>Takes a run of units, as far as they are free.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">How many; the caller bounds it by the length of the file.</param>
    /// <returns>The first unit that was taken already; null: none was.</returns>
    public ulong? TakeRange(ulong first, ulong count)
    {
        ulong? conflict = null;
        ulong unit = first;
        ulong left = count;
        while (left > 0)
        {
            int start = (int)(unit & (UnitsOfPage - 1));
            int run = (int)Math.Min(left, (ulong)(UnitsOfPage - start));
            if (TakeInPage(unit >> PageBits, start, run) is int index)
            {
                conflict ??= ((unit >> PageBits) << PageBits) + (ulong)index;
            }

            unit += (ulong)run;
            left -= (ulong)run;
        }

        return conflict;
    }

    /// <summary>Tells whether a unit is taken.</summary>
    /// <param name="unit">Its number.</param>
    /// <returns>True where it is.</returns>
    public bool Contains(ulong unit)
    {
        if (!_pages.TryGetValue(unit >> PageBits, out Page? page))
        {
            return false;
        }

        int index = (int)(unit & (UnitsOfPage - 1));
        return page.Words is null || (page.Words[index / WordBits] & (1UL << (index % WordBits))) != 0;
    }

    private int? TakeInPage(ulong number, int start, int run)
    {
        if (!_pages.TryGetValue(number, out Page? page))
        {
            if (_livePages >= maximumPages || _pages.Count >= maximumPages + MaximumFullPages)
            {
                IsFull = true;
                return null;
            }

            page = new Page { Words = new ulong[UnitsOfPage / WordBits] };
            _pages.Add(number, page);
            _livePages++;
        }

        if (page.Words is null)
        {
            return start;
        }

        int? conflict = page.Take(start, run);
        if (page.Taken == UnitsOfPage)
        {
            page.Words = null;
            _livePages--;
        }

        return conflict;
    }

    private sealed class Page
    {
        public ulong[]? Words { get; set; }

        public int Taken { get; private set; }

        /// <summary>Sets the bits of a run, a word at a time.</summary>
        public int? Take(int start, int run)
        {
            int? conflict = null;
            int end = start + run;
            for (int index = start; index < end;)
            {
                int word = index / WordBits;
                int low = index % WordBits;
                int length = Math.Min(WordBits - low, end - index);
                ulong mask = (length == WordBits ? ulong.MaxValue : (1UL << length) - 1) << low;
                ulong before = Words![word];
                if ((before & mask) != 0)
                {
                    conflict ??= (word * WordBits) + System.Numerics.BitOperations.TrailingZeroCount(before & mask);
                }

                Words[word] = before | mask;
                Taken += System.Numerics.BitOperations.PopCount(mask & ~before);
                index += length;
            }

            return conflict;
        }
    }
}
