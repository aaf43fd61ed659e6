namespace ImageUtils.Storage;

/// <summary>Pieces of something that is costly to read again: the first ones, and those that were used last.</summary>
internal sealed class PageCache
{
    /// <summary>The size of a page in bytes.</summary>
    public const int PageSize = 64 * 1024;

    private const int Kept = 16;
    private const int Most = 256;

    private readonly Dictionary<long, (byte[] Bytes, int Length, LinkedListNode<long>? Use)> _pages = [];
    private readonly LinkedList<long> _uses = new();
    private byte[]? _spare;

    /// <summary>A page.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="page">The bytes.</param>
    /// <returns>True where it is there.</returns>
    public bool TryGet(long index, out ReadOnlyMemory<byte> page)
    {
        bool isHere = _pages.TryGetValue(index, out (byte[] Bytes, int Length, LinkedListNode<long>? Use) found);
        page = isHere ? found.Bytes.AsMemory(0, found.Length) : default;
        if (found.Use is not null)
        {
            _uses.Remove(found.Use);
            _uses.AddLast(found.Use);
        }

        return isHere;
    }

    /// <summary>Keeps a page, and gives up the one that was not used for the longest time.</summary>
    /// <param name="index">Its number.</param>
    /// <param name="bytes">A buffer of <see cref="PageSize"/>, from <see cref="Rent"/>; it is the cache's from now on.</param>
    /// <param name="length">How much of it counts.</param>
    public void Add(long index, byte[] bytes, int length)
    {
        if (_pages.ContainsKey(index))
        {
            _spare = bytes;
            return;
        }

        _pages.Add(index, (bytes, length, index < Kept ? null : _uses.AddLast(index)));
        if (_pages.Count > Most && _uses.First is LinkedListNode<long> oldest)
        {
            _uses.RemoveFirst();
            _spare = _pages[oldest.Value].Bytes;
            _ = _pages.Remove(oldest.Value);
        }
    }

    /// <summary>A buffer to fill.</summary>
    /// <returns>The buffer; what is in it does not count.</returns>
    public byte[] Rent()
    {
        byte[] bytes = _spare ?? new byte[PageSize];
        _spare = null;
        return bytes;
    }
}
