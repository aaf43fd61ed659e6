using ImageUtils.Formats.Vhd;

namespace ImageUtils.Chains;

/// <summary>
/// Notes which sectors of a disk were written: a bit a sector, in pages for 2 MiB. A page that nobody touched takes no
/// memory, nor does one that is full.
/// </summary>
internal sealed class WrittenSectors
{
    /// <summary>The sectors of a page.</summary>
    public const int PageSectors = 4096;

    private static readonly byte[] Full = [.. Enumerable.Repeat((byte)0xff, PageSectors / 8)];

    private readonly Dictionary<long, byte[]> _pages = [];

    /// <summary>The memory of the notes, in bytes, as far as it grows with the disk.</summary>
    public long Size { get; private set; }

    /// <summary>Finds what is new of a run, within one page, and notes it.</summary>
    /// <param name="first">The first sector of the run.</param>
    /// <param name="count">Its length in sectors.</param>
    /// <param name="onNew">Is told each part that was not written before: first sector and length.</param>
    public void Claim(long first, int count, Action<long, int> onNew)
    {
        long key = first / PageSectors;
        int start = (int)(first % PageSectors);
        int end = start + count;
        bool isThere = _pages.TryGetValue(key, out byte[]? page);
        if (ReferenceEquals(page, Full))
        {
            return;
        }

        if (!isThere)
        {
            onNew(first, count);
        }
        else
        {
            for (int index = start; index < end;)
            {
                int stop = VhdBitmap.EndOfRun(page, index, end);
                if (!VhdBitmap.IsSet(page, index))
                {
                    onNew((key * PageSectors) + index, stop - index);
                }

                index = stop;
            }
        }

        Note(key, page, start, end);
    }

    private void Note(long key, byte[]? page, int start, int end)
    {
        if (page is null)
        {
            Size += PageSectors / 8;
            _pages[key] = page = new byte[PageSectors / 8];
        }

        VhdBitmap.Set(page, start, end);
        if (page.AsSpan().SequenceEqual(Full))
        {
            Size -= PageSectors / 8;
            _pages[key] = Full;
        }
    }
}
