using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>
/// Merges the links of an archive as they come by, newest first: each sector is written once, by the first link that has
/// it. Nothing is unpacked.
/// </summary>
internal sealed class StreamedMerge
{
    private const int SectorSize = 512;
    private const int Window = DiskCopy.Window;

    private readonly XenArchive _archive;
    private readonly ArchiveLimits _limits;
    private readonly bool _ignoreIds;
    private readonly WrittenSectors _written = new();
    private readonly byte[] _data = new byte[Window];
    private IDiskWriter? _writer;
    private long _limit = long.MaxValue;

    /// <summary>Makes the merge.</summary>
    /// <param name="archive">The archive, at its beginning; it stays the caller's.</param>
    /// <param name="limits">How much memory it may take.</param>
    /// <param name="ignoreIds">Believe the order, whatever the ids say.</param>
    public StreamedMerge(XenArchive archive, ArchiveLimits limits, bool ignoreIds)
    {
        _archive = archive;
        _limits = limits;
        _ignoreIds = ignoreIds;
    }

    /// <summary>The number of links.</summary>
    public int ChainLength { get; private set; }

    /// <summary>The size of the merged disk in bytes.</summary>
    public long VirtualSize { get; private set; }

    /// <summary>Merges.</summary>
    /// <param name="open">Makes the result's writer, once the size of the disk is known; it stays the caller's.</param>
    /// <param name="onProgress">Is told how many bytes of the archive are done; null: nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False: this archive must be unpacked first; what was written is no use.</returns>
    /// <exception cref="ArchiveUnsafeException">It is damaged, or holds what may not be there.</exception>
    /// <exception cref="VhdChainBrokenException">The links are no chain.</exception>
    /// <exception cref="VhdCorruptException">A link is no sound VHD.</exception>
    public bool TryRun(Func<long, IDiskWriter> open, Action<long>? onProgress, CancellationToken cancellationToken)
    {
        VhdLayout? newer = null;
        while (_archive.Next(out long length) is { } number)
        {
            if (newer is { IsDifferencing: false })
            {
                throw new VhdChainBrokenException(newer.Name, null, $"it is no differencing disk and has no parent, yet '{VhdFolder.NameOf(number)}' follows.");
            }

            if (number != ChainLength || StreamedLink.TryOpen(_archive, number, length) is not { } link)
            {
                return false;
            }

            if (newer is not null)
            {
                VhdChain.RequireParent(newer, link.Layout, _ignoreIds);
            }

            if (_writer is null)
            {
                VirtualSize = link.Layout.VirtualSize;
                _writer = open(VirtualSize);
            }

            ChainLength++;
            _limit = Math.Min(_limit, link.Layout.VirtualSize);
            if (!TryCopy(link, onProgress, cancellationToken) || !link.TryFinish())
            {
                return false;
            }

            newer = link.Layout;
        }

        VhdChain.RequireBase(newer!);
        return true;
    }

    private bool TryCopy(StreamedLink link, Action<long>? onProgress, CancellationToken cancellationToken)
    {
        VhdLayout layout = link.Layout;
        byte[] bits = new byte[layout.BitmapSize];
        foreach ((uint sector, int block) in layout.Table.InFileOrder())
        {
            link.Read(sector * 512L, bits);
            long start = block * (long)layout.Header!.BlockSize;
            long end = Math.Min(start + layout.Header.BlockSize, _limit);
            for (long offset = start; offset < end;)
            {
                cancellationToken.ThrowIfCancellationRequested();

                // A part never crosses the border of two pages of notes, whatever the size of a block.
                int count = (int)(Math.Min(end, (offset / Window * Window) + Window) - offset);
                link.Read((sector * 512L) + bits.Length + (offset - start), _data.AsSpan(0, count));
                CopyRuns(bits, (int)((offset - start) / SectorSize), offset, count, hasParent: layout.IsDifferencing);
                offset += count;
            }

            if (_written.Size > _limits.MostNotes)
            {
                return false;
            }

            onProgress?.Invoke(_archive.PackedPosition);
        }

        return true;
    }

    /// <summary>Writes what is new of a part of a block.</summary>
    private void CopyRuns(byte[] bits, int firstBit, long offset, int count, bool hasParent)
    {
        int lastBit = firstBit + ((count + SectorSize - 1) / SectorSize);
        for (int bit = firstBit; bit < lastBit;)
        {
            int stop = VhdBitmap.EndOfRun(bits, bit, lastBit);
            if (VhdBitmap.IsSet(bits, bit))
            {
                long first = (offset / SectorSize) + (bit - firstBit);
                if (ChainLength == 1 && !hasParent)
                {
                    // The only link: there is nothing that could be written twice.
                    Write(first, stop - bit, offset, count);
                }
                else
                {
                    _written.Claim(first, stop - bit, (sector, sectors) => Write(sector, sectors, offset, count));
                }
            }

            bit = stop;
        }
    }

    private void Write(long sector, int sectors, long offset, int count)
    {
        int from = (int)((sector * SectorSize) - offset);
        int to = Math.Min(count, from + (sectors * SectorSize));
        _writer!.Write(offset + from, _data.AsSpan(from, to - from));
    }
}
