using System.Buffers.Binary;

namespace ImageUtils.Formats.Vhd;

/// <summary>
/// The block allocation table (BAT): where each block stands, in sectors. Pages of it that name no block take no memory, so
/// the table of a large and empty disk costs nothing.
/// </summary>
internal sealed class VhdBlockTable
{
    /// <summary>The entry of a block that is not there.</summary>
    public const uint Unused = 0xFFFFFFFF;

    /// <summary>The most entries that are looked at: a disk of 2040 GiB with blocks of 128 KiB.</summary>
    public const int MostEntries = 1 << 24;

    private const int PageEntries = 1024;

    private readonly uint[]?[] _pages;

    /// <summary>Makes a table without blocks.</summary>
    /// <param name="count">The number of entries.</param>
    public VhdBlockTable(int count)
    {
        Count = count;
        _pages = new uint[(count + PageEntries - 1) / PageEntries][];
    }

    /// <summary>The number of entries.</summary>
    public int Count { get; }

    /// <summary>The number of blocks that are there.</summary>
    public int UsedCount { get; private set; }

    /// <summary>The sector of a block's bitmap.</summary>
    /// <param name="index">The block.</param>
    public uint this[int index]
    {
        get => _pages[index / PageEntries] is { } page ? page[index % PageEntries] : Unused;
        set
        {
            uint old = this[index];
            if (old == value)
            {
                return;
            }

            UsedCount += (old == Unused ? 1 : 0) - (value == Unused ? 1 : 0);
            uint[] page = _pages[index / PageEntries] ??= NewPage();
            page[index % PageEntries] = value;
        }
    }

    /// <summary>Says whether a block is there.</summary>
    public bool Has(int index) => this[index] != Unused;

    /// <summary>Where a block's bitmap stands, in bytes of the file.</summary>
    public long OffsetOf(int index) => this[index] * 512L;

    /// <summary>Takes over entries as they stand in a file.</summary>
    /// <param name="first">The first entry.</param>
    /// <param name="bytes">Whole entries, four bytes each; those beyond the table are left out.</param>
    public void Load(int first, ReadOnlySpan<byte> bytes)
    {
        for (int index = 0; index < bytes.Length / 4 && first + index < Count; index++)
        {
            uint entry = BinaryPrimitives.ReadUInt32BigEndian(bytes[(index * 4)..]);
            if (entry != Unused)
            {
                this[first + index] = entry;
            }
        }
    }

    /// <summary>Writes entries as they stand in a file; those beyond the table are unused.</summary>
    /// <param name="first">The first entry.</param>
    /// <param name="bytes">Room for whole entries.</param>
    public void Store(int first, Span<byte> bytes)
    {
        for (int index = 0; index < bytes.Length / 4; index++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes[(index * 4)..], first + index < Count ? this[first + index] : Unused);
        }
    }

    /// <summary>The first block at or behind an index whose entry is in use or not.</summary>
    /// <param name="index">Where to begin.</param>
    /// <param name="end">Where to stop.</param>
    /// <returns>The end of the run of blocks that are alike.</returns>
    public int EndOfRun(int index, int end)
    {
        bool isUsed = Has(index);
        while (index < end)
        {
            if (_pages[index / PageEntries] is null && !isUsed)
            {
                index = Math.Min(end, ((index / PageEntries) + 1) * PageEntries);
            }
            else if (Has(index) == isUsed)
            {
                index++;
            }
            else
            {
                break;
            }
        }

        return index;
    }

    /// <summary>The blocks that are there, by their place in the file.</summary>
    /// <returns>Sector and block.</returns>
    public (uint Sector, int Block)[] InFileOrder()
    {
        var used = new (uint Sector, int Block)[UsedCount];
        int found = 0;
        for (int index = 0; index < Count;)
        {
            int end = EndOfRun(index, Count);
            for (; index < end && Has(index); index++)
            {
                used[found++] = (this[index], index);
            }

            index = end;
        }

        Array.Sort(used);
        return used;
    }

    private static uint[] NewPage()
    {
        uint[] page = new uint[PageEntries];
        Array.Fill(page, Unused);
        return page;
    }
}
