using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhd;

/// <summary>
/// Writes a dynamic VHD with blocks of 2 MiB, the only size that every reader understands. A block is there when a byte of
/// it is not zero; then all its sectors that belong to the disk are marked as written, so that readers that look at the
/// bitmaps and those that do not see the same. Data stand on boundaries of 4 KiB, as vhd-util has them.
/// </summary>
internal sealed class VhdDynamicWriter : IDiskWriter
{
    private const int BlockSize = 2 << 20;
    private const int BitmapSize = 512;
    private const long TableOffset = VhdFooter.Size + VhdDynamicHeader.Size;
    private const int Alignment = 4096;

    private readonly SparseFile _file;
    private readonly long _virtualSize;
    private readonly VhdBlockTable _table;
    private long _end;

    /// <summary>Opens the file.</summary>
    /// <param name="path">The file, which must be there and empty.</param>
    /// <param name="virtualSize">The size of the disk in bytes, 2040 GiB at most.</param>
    public VhdDynamicWriter(string path, long virtualSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(virtualSize, VhdRequirements.LargestDisk);
        _file = SparseFile.Open(path);
        _virtualSize = virtualSize;
        _table = new VhdBlockTable((int)((virtualSize + BlockSize - 1) / BlockSize));

        // An empty sector where old versions of vhd-util look for a batmap.
        _end = TableOffset + TableSize + 512;
    }

    /// <inheritdoc/>
    public long BytesWritten => _file.BytesWritten;

    /// <inheritdoc/>
    public long BlocksWritten => _table.UsedCount;

    private long TableSize => ((_table.Count * 4L) + 511) / 512 * 512;

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            int block = (int)(offset / BlockSize);
            int start = (int)(offset % BlockSize);
            int count = Math.Min(data.Length, BlockSize - start);
            ReadOnlySpan<byte> part = data[..count];
            if (_table.Has(block) || part.ContainsAnyExcept((byte)0))
            {
                _file.WriteSparse(PlaceOf(block) + BitmapSize + start, part);
            }

            data = data[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        byte[] footer = VhdFooterBytes.New(VhdFooter.DynamicType, _virtualSize);
        _file.Write(0, footer);
        _file.Write(VhdFooter.Size, VhdFooterBytes.NewHeader(TableOffset, (uint)_table.Count, BlockSize));
        byte[] chunk = new byte[64 * 1024];
        for (long done = 0; done < TableSize; done += chunk.Length)
        {
            Span<byte> part = chunk.AsSpan(0, (int)Math.Min(chunk.Length, TableSize - done));
            _table.Store((int)(done / 4), part);
            _file.Write(TableOffset + done, part);
        }

        _file.Write(_end, footer);
        _file.SetLength(_end + VhdFooter.Size);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private long PlaceOf(int block)
    {
        if (!_table.Has(block))
        {
            long data = (_end + BitmapSize + Alignment - 1) / Alignment * Alignment;
            _table[block] = checked((uint)((data - BitmapSize) / 512));
            _end = data + BlockSize;
            long inside = Math.Min(BlockSize, _virtualSize - (block * (long)BlockSize));
            Span<byte> bits = stackalloc byte[BitmapSize];
            bits.Clear();
            VhdBitmap.Set(bits, 0, (int)((inside + 511) / 512));
            _file.Write(_table.OffsetOf(block), bits);
        }

        return _table.OffsetOf(block);
    }
}
