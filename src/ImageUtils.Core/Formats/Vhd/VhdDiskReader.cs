using System.Buffers;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Formats.Vhd;

/// <summary>
/// The disk inside one VHD, fixed, dynamic or differencing, without its parent. The bitmaps of the blocks count; the batmap
/// of vhd-util is never believed, since a bit of it can be a lie.
/// </summary>
internal sealed class VhdDiskReader : IDiskReader
{
    private const int SectorSize = 512;

    /// <summary>The most bits that are looked at in one go: 32 MiB of the disk.</summary>
    private const int MostBits = 1 << 16;

    /// <summary>More runs than this are cheaper to read with what lies between them, unless that is most of it.</summary>
    private const int FewRuns = 4;

    /// <summary>The part of a stretch, one in so many bytes, that runs must cover for the stretch to be read at once.</summary>
    private const int LeastCover = 4;

    private readonly IImageReader _file;
    private byte[] _bits = [];
    private (int Block, int First, int Count) _held = (-1, 0, 0);

    private VhdDiskReader(IImageReader file, VhdLayout layout)
    {
        _file = file;
        Layout = layout;
    }

    /// <summary>How the file is to be read.</summary>
    public VhdLayout Layout { get; }

    /// <inheritdoc/>
    public string Name => Layout.Name;

    /// <inheritdoc/>
    public long VirtualSize => Layout.VirtualSize;

    /// <inheritdoc/>
    public long BytesRead => _file.BytesRead;

    private DiskExtentKind ClearKind => Layout.IsDifferencing ? DiskExtentKind.Absent : DiskExtentKind.Zero;

    /// <summary>Opens a VHD.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The reader; the caller disposes of it.</returns>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be opened, or is no file.</exception>
    /// <exception cref="VhdCorruptException">It is no sound VHD.</exception>
    public static VhdDiskReader Open(string path) => Open(FileImageReader.Open(path), path);

    /// <summary>Opens a VHD.</summary>
    /// <param name="file">The file; it is disposed of with the reader, also where this fails.</param>
    /// <param name="name">What errors name.</param>
    /// <returns>The reader; the caller disposes of it.</returns>
    /// <exception cref="VhdCorruptException">It is no sound VHD.</exception>
    public static VhdDiskReader Open(IImageReader file, string name)
    {
        try
        {
            return new VhdDiskReader(file, VhdLayout.Read(file, name));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        int inside = (int)Math.Clamp(VirtualSize - offset, 0, buffer.Length);
        buffer[inside..].Clear();
        buffer = buffer[..inside];
        if (Layout.IsFixed)
        {
            ReadFile(offset, buffer);
            return;
        }

        uint blockSize = Layout.Header!.BlockSize;
        while (!buffer.IsEmpty)
        {
            int block = (int)(offset / blockSize);
            long start = offset % blockSize;
            int count = (int)Math.Min(buffer.Length, blockSize - start);
            ReadBlock(block, start, buffer[..count]);
            buffer = buffer[count..];
            offset += count;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<DiskExtent> Map(long offset, long length)
    {
        long end = Math.Min(VirtualSize, offset + length);
        if (Layout.IsFixed)
        {
            if (offset < end)
            {
                yield return new DiskExtent(offset, end - offset, DiskExtentKind.Data);
            }

            yield break;
        }

        uint blockSize = Layout.Header!.BlockSize;
        while (offset < end)
        {
            int block = (int)(offset / blockSize);
            if (!Layout.Table.Has(block))
            {
                int lastBlock = (int)((end - 1) / blockSize) + 1;
                long stop = Math.Min(end, Layout.Table.EndOfRun(block, lastBlock) * (long)blockSize);
                yield return new DiskExtent(offset, stop - offset, ClearKind);
                offset = stop;
                continue;
            }

            long blockStart = block * (long)blockSize;
            int first = (int)((offset - blockStart) / SectorSize);
            int last = (int)Math.Min(first + (long)MostBits, (Math.Min(end, blockStart + blockSize) - blockStart + SectorSize - 1) / SectorSize);
            foreach ((int runStart, int runEnd, bool isSet) in Runs(block, first, last))
            {
                long stop = Math.Min(end, blockStart + (runEnd * (long)SectorSize));
                long begin = Math.Max(offset, blockStart + (runStart * (long)SectorSize));
                yield return new DiskExtent(begin, stop - begin, isSet ? DiskExtentKind.Data : ClearKind);
                offset = stop;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private List<(int Start, int End, bool IsSet)> Runs(int block, int first, int last)
    {
        ReadOnlySpan<byte> bits = Bits(block, first, last, out int skipped);
        List<(int Start, int End, bool IsSet)> runs = [];
        for (int index = first - skipped; index < last - skipped;)
        {
            int stop = VhdBitmap.EndOfRun(bits, index, last - skipped);
            runs.Add((index + skipped, stop + skipped, VhdBitmap.IsSet(bits, index)));
            index = stop;
        }

        return runs;
    }

    /// <summary>The bits of a part of a block.</summary>
    /// <param name="block">The block, which is there.</param>
    /// <param name="first">The first sector within it.</param>
    /// <param name="last">The sector behind the last.</param>
    /// <param name="skipped">How many bits of the block stand in front of those that are given.</param>
    private ReadOnlySpan<byte> Bits(int block, int first, int last, out int skipped)
    {
        int firstByte = first / 8;
        int count = ((last + 7) / 8) - firstByte;
        if (_held.Block == block && _held.First <= firstByte && _held.First + _held.Count >= firstByte + count)
        {
            skipped = _held.First * 8;
            return _bits.AsSpan(0, _held.Count);
        }

        // A whole bitmap of the usual block at once: it is asked for more than once.
        firstByte = firstByte / SectorSize * SectorSize;
        count = Math.Min(Layout.BitmapSize, ((last + 7) / 8) + SectorSize - 1) / SectorSize * SectorSize;
        count = Math.Max(count, SectorSize) - firstByte;
        if (_bits.Length < count)
        {
            _bits = new byte[count];
        }

        _held = (-1, 0, 0);
        ReadFile(Layout.Table.OffsetOf(block) + firstByte, _bits.AsSpan(0, count));
        _held = (block, firstByte, count);
        skipped = firstByte * 8;
        return _bits.AsSpan(0, count);
    }

    private void ReadBlock(int block, long start, Span<byte> buffer)
    {
        if (!Layout.Table.Has(block))
        {
            buffer.Clear();
            return;
        }

        while (!buffer.IsEmpty)
        {
            int first = (int)(start / SectorSize);
            int last = (int)Math.Min(first + (long)MostBits, (start + buffer.Length + SectorSize - 1) / SectorSize);
            int count = (int)Math.Min(buffer.Length, (last * (long)SectorSize) - start);
            ReadRuns(block, start, Runs(block, first, last), buffer[..count]);
            buffer = buffer[count..];
            start += count;
        }
    }

    private void ReadRuns(int block, long start, List<(int Start, int End, bool IsSet)> runs, Span<byte> buffer)
    {
        long data = Layout.Table.OffsetOf(block) + Layout.BitmapSize + start;
        long end = start + buffer.Length;
        long wanted = runs.Sum(run => run.IsSet ? (run.End - run.Start) * (long)SectorSize : 0);
        bool isReadAtOnce = runs.Count > FewRuns * 2 && wanted * LeastCover >= buffer.Length;
        if (isReadAtOnce)
        {
            ReadFile(data, buffer);
        }

        foreach ((int runStart, int runEnd, bool isSet) in runs)
        {
            int from = (int)(Math.Max(start, runStart * (long)SectorSize) - start);
            int to = (int)(Math.Min(end, runEnd * (long)SectorSize) - start);
            if (!isSet)
            {
                buffer[from..to].Clear();
            }
            else if (!isReadAtOnce)
            {
                ReadFile(data + from, buffer[from..to]);
            }
        }
    }

    private void ReadFile(long offset, Span<byte> buffer)
    {
        if (_file.Read(offset, buffer) < buffer.Length)
        {
            throw new VhdCorruptException(Name, offset, "the file became shorter while it was read.");
        }
    }
}
