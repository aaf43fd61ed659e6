using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// A merge into a dynamic disk: blocks that are there are changed where they stand, new ones go to the end, the table grows
/// where it must (blocks in its way move to the end, as vhd-util has it). What a bitmap hides is made zeros, so that readers
/// that look at bitmaps and those that do not see the same disk.
/// </summary>
internal sealed class DynamicBaseChange : IBaseChange
{
    private const int Window = DiskCopy.Window;
    private const int SectorSize = 512;
    private const int Alignment = 4096;

    private readonly BaseFile _file;
    private readonly VhdLayout _layout;
    private readonly ChainDiskReader _overlay;
    private readonly VhdBlockTable _table;
    private readonly HashSet<int> _moved = [];
    private readonly long _blockSize;
    private readonly long _tableEnd;
    private readonly long _batmap;
    private readonly uint _entries;
    private readonly byte[] _data = new byte[Window];
    private readonly byte[] _bits;
    private readonly byte[] _oldBits;

    /// <summary>Makes the change.</summary>
    /// <param name="file">The base.</param>
    /// <param name="layout">How it is to be read.</param>
    /// <param name="overlay">The newer links.</param>
    /// <exception cref="NotSupportedOperationException">Its parts stand so that it cannot grow where it is.</exception>
    public DynamicBaseChange(BaseFile file, VhdLayout layout, ChainDiskReader overlay)
    {
        _file = file;
        _layout = layout;
        _overlay = overlay;
        VhdDynamicHeader header = layout.Header!;
        _blockSize = header.BlockSize;
        _bits = new byte[layout.BitmapSize];
        _oldBits = new byte[layout.BitmapSize];
        int count = (int)Math.Min(int.MaxValue, (overlay.VirtualSize + _blockSize - 1) / _blockSize);
        _table = new VhdBlockTable(Math.Max(count, layout.Table.Count));
        foreach ((uint sector, int block) in layout.Table.InFileOrder())
        {
            _table[block] = sector;
        }

        bool isGrown = count > header.MaximumEntries;
        _entries = isGrown ? (uint)count : header.MaximumEntries;
        long tableOffset = (long)header.TableOffset;
        _tableEnd = tableOffset + (isGrown ? Padded(count * 4L) : _table.Count * 4L);
        FooterOffset = Math.Max(layout.DataEnd, _tableEnd + (isGrown ? SectorSize : 0));
        RequireRoom(count, tableOffset);
        FindMoved(tableOffset);
        _batmap = FindBatmap(tableOffset + Padded(_entries * 4L));
    }

    /// <inheritdoc/>
    public long FooterOffset { get; private set; }

    /// <inheritdoc/>
    public long Run(Action<long> onProgress, CancellationToken cancellationToken)
    {
        if (_file.IsPlanning)
        {
            _file.Announce(_layout.HeaderOffset, VhdDynamicHeader.Size);
            _file.Announce((long)_layout.Header!.TableOffset, _tableEnd - (long)_layout.Header.TableOffset);
        }

        long blocks = 0;
        for (int block = 0; block * _blockSize < _overlay.VirtualSize; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bool isThere = _table.Has(block) && !_moved.Contains(block);
            if (isThere ? Change(block) : !_file.IsPlanning && Build(block))
            {
                blocks++;
            }

            onProgress(Math.Min(_overlay.VirtualSize, (block + 1) * _blockSize));
        }

        if (_batmap > 0)
        {
            _file.Write(_batmap, new byte[SectorSize]);
        }

        if (!_file.IsPlanning)
        {
            WriteTables();
        }

        return blocks;
    }

    private static long Padded(long length) => (length + SectorSize - 1) / SectorSize * SectorSize;

    private void RequireRoom(int count, long tableOffset)
    {
        bool isHeaderInWay = _layout.HeaderOffset < _tableEnd && _layout.HeaderOffset + VhdDynamicHeader.Size > tableOffset;
        if (count > VhdBlockTable.MostEntries || isHeaderInWay || tableOffset < VhdFooter.Size || _layout.HeaderOffset < VhdFooter.Size)
        {
            throw new NotSupportedOperationException($"'{_layout.Name}' cannot grow where it is, because of the order of its parts. Merge to a new file.");
        }
    }

    private void FindMoved(long tableOffset)
    {
        long blockBytes = _layout.BitmapSize + _blockSize;
        foreach ((uint sector, int block) in _layout.Table.InFileOrder())
        {
            long start = sector * (long)SectorSize;
            if (start < _tableEnd && start + blockBytes > tableOffset)
            {
                _moved.Add(block);
            }
        }
    }

    /// <summary>The mark of a batmap, which no longer holds and is taken away; 0: there is none.</summary>
    private long FindBatmap(long place)
    {
        byte[] sector = new byte[SectorSize];
        if (place + SectorSize > _layout.DataEnd)
        {
            return 0;
        }

        _file.Read(place, sector);
        long blockBytes = _layout.BitmapSize + _blockSize;
        bool isBlock = Array.Exists(_layout.Table.InFileOrder(), used => used.Sector * (long)SectorSize < place + SectorSize && (used.Sector * (long)SectorSize) + blockBytes > place);
        return !isBlock && sector.AsSpan().StartsWith("tdbatmap"u8) ? place : 0;
    }

    /// <summary>Changes a block where it stands.</summary>
    private bool Change(int block)
    {
        long start = block * _blockSize;
        long place = _table.OffsetOf(block);
        long data = place + _bits.Length;
        long end = Math.Min(start + _blockSize, _overlay.VirtualSize);
        _file.Read(place, _oldBits);
        _oldBits.CopyTo(_bits, 0);
        bool isChanged = false;
        for (long offset = start; offset < end;)
        {
            int count = (int)(Math.Min(end, (offset / Window * Window) + Window) - offset);
            isChanged |= Change(start, data, offset, count);
            offset += count;
        }

        // Behind the end of the disk nothing may come back when it grows one day.
        isChanged |= _file.Clear(data + (end - start), start + _blockSize - end);
        int last = (int)((end - start + SectorSize - 1) / SectorSize);
        for (int bit = last; bit < _bits.Length * 8; bit++)
        {
            _bits[bit >> 3] &= (byte)~(0x80 >> (bit & 7));
        }

        if (!_bits.AsSpan().SequenceEqual(_oldBits))
        {
            _file.Write(place, _bits);
            isChanged = true;
        }

        return isChanged;
    }

    private bool Change(long blockStart, long data, long offset, int count)
    {
        DiskExtent[] extents = [.. _overlay.Map(offset, count)];
        if (!_file.IsPlanning && Array.Exists(extents, extent => extent.Kind == DiskExtentKind.Data))
        {
            _overlay.Read(offset, _data.AsSpan(0, count));
        }

        bool isChanged = false;
        foreach (DiskExtent extent in extents)
        {
            long place = data + (extent.Offset - blockStart);
            switch (extent.Kind)
            {
                case DiskExtentKind.Data:
                    Copy(place, _data.AsSpan((int)(extent.Offset - offset), (int)extent.Length));
                    VhdBitmap.Set(_bits, (int)((extent.Offset - blockStart) / SectorSize), (int)((extent.End - blockStart + SectorSize - 1) / SectorSize));
                    isChanged = true;
                    break;
                case DiskExtentKind.Zero:
                    isChanged |= _file.Clear(place, extent.Length);
                    break;
                default:
                    isChanged |= ClearHidden(blockStart, data, extent);
                    break;
            }
        }

        return isChanged;
    }

    private void Copy(long place, ReadOnlySpan<byte> data)
    {
        if (_file.IsPlanning)
        {
            _file.Announce(place, data.Length);
        }
        else
        {
            _file.Write(place, data);
        }
    }

    /// <summary>Makes zeros of what a block holds where its bits are clear, or behind the old end of the disk.</summary>
    private bool ClearHidden(long blockStart, long data, DiskExtent extent)
    {
        bool isChanged = false;
        long inside = Math.Clamp(_layout.VirtualSize, extent.Offset, extent.End);
        int last = (int)((inside - blockStart + SectorSize - 1) / SectorSize);
        for (int bit = (int)((extent.Offset - blockStart) / SectorSize); bit < last;)
        {
            int stop = VhdBitmap.EndOfRun(_oldBits, bit, last);
            if (!VhdBitmap.IsSet(_oldBits, bit))
            {
                long from = Math.Max(extent.Offset - blockStart, bit * (long)SectorSize);
                isChanged |= _file.Clear(data + from, Math.Min(inside - blockStart, stop * (long)SectorSize) - from);
            }

            bit = stop;
        }

        return (inside < extent.End && _file.Clear(data + (inside - blockStart), extent.End - inside)) | isChanged;
    }

    /// <summary>Writes a block that was not there, or that stood in the way, to the end; one of zeros is none.</summary>
    private bool Build(int block)
    {
        long start = block * _blockSize;
        long end = Math.Min(start + _blockSize, _overlay.VirtualSize);
        long old = _moved.Contains(block) ? _table.OffsetOf(block) : 0;
        _bits.AsSpan().Clear();
        _oldBits.AsSpan().Clear();
        if (old > 0)
        {
            _file.Read(old, _oldBits);
        }

        _table[block] = VhdBlockTable.Unused;
        for (long offset = start; offset < end;)
        {
            int count = (int)(Math.Min(end, (offset / Window * Window) + Window) - offset);
            Span<byte> data = _data.AsSpan(0, count);
            if (Compose(start, old, offset, data))
            {
                Place(block);
                _file.Write(_table.OffsetOf(block) + _bits.Length + (offset - start), data);
                VhdBitmap.Set(_bits, (int)((offset - start) / SectorSize), (int)((offset + count - start + SectorSize - 1) / SectorSize));
            }

            offset += count;
        }

        if (_table.Has(block))
        {
            _file.Write(_table.OffsetOf(block), _bits);
        }

        return _table.Has(block);
    }

    /// <summary>Puts a window of a new block together; false: it is all zeros.</summary>
    private bool Compose(long blockStart, long old, long offset, Span<byte> data)
    {
        DiskExtent[] extents = [.. _overlay.Map(offset, data.Length)];
        bool hasData = Array.Exists(extents, extent => extent.Kind == DiskExtentKind.Data);
        if (!hasData && old == 0)
        {
            return false;
        }

        _overlay.Read(offset, data);
        foreach (DiskExtent extent in extents)
        {
            long end = Math.Min(extent.End, _layout.VirtualSize);
            if (old == 0 || extent.Kind != DiskExtentKind.Absent)
            {
                continue;
            }

            for (long place = extent.Offset; place < end;)
            {
                int bit = (int)((place - blockStart) / SectorSize);
                int stop = VhdBitmap.EndOfRun(_oldBits, bit, (int)((end - blockStart + SectorSize - 1) / SectorSize));
                long next = Math.Min(end, blockStart + (stop * (long)SectorSize));
                if (VhdBitmap.IsSet(_oldBits, bit))
                {
                    _file.Read(old + _bits.Length + (place - blockStart), data[(int)(place - offset)..(int)(next - offset)]);
                }

                place = next;
            }
        }

        return data.ContainsAnyExcept((byte)0);
    }

    private void Place(int block)
    {
        if (!_table.Has(block))
        {
            long data = (FooterOffset + _bits.Length + Alignment - 1) / Alignment * Alignment;
            _table[block] = checked((uint)((data - _bits.Length) / SectorSize));
            FooterOffset = data + _blockSize;
        }
    }

    private void WriteTables()
    {
        // Blocks behind the end of a disk that became smaller are given up.
        for (int block = (int)((_overlay.VirtualSize + _blockSize - 1) / _blockSize); block < _table.Count; block++)
        {
            _table[block] = VhdBlockTable.Unused;
        }

        long tableOffset = (long)_layout.Header!.TableOffset;
        byte[] chunk = new byte[64 * 1024];
        for (long offset = tableOffset; offset < _tableEnd; offset += chunk.Length)
        {
            Span<byte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, _tableEnd - offset));
            _table.Store((int)((offset - tableOffset) / 4), part);
            _file.Write(offset, part);
        }

        byte[] header = new byte[VhdDynamicHeader.Size];
        _file.Read(_layout.HeaderOffset, header);
        VhdFooterBytes.SetEntries(header, _entries);
        _file.Write(_layout.HeaderOffset, header);
    }
}
