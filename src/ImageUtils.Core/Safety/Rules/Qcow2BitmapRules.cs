using ImageUtils.Formats;
using ImageUtils.Formats.Qcow2;

namespace ImageUtils.Safety.Rules;

/// <summary>The directory of persistent bitmaps and their tables (qcow2.txt, "Bitmaps").</summary>
internal sealed class Qcow2BitmapRules(InspectionContext context, Qcow2Metadata metadata, TableMap map, Qcow2Clusters clusters)
{
    private const uint MaximumBitmaps = 65535;
    private const ulong MaximumDirectory = 64 * 1024 * 1024;
    private const int EntrySize = 24;
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;

    private readonly Qcow2Header _header = metadata.Header;

    /// <summary>True where the directory may be read: a program that did not know bitmaps clears the bit.</summary>
    private bool IsThere => (_header.Autoclear & 1) != 0 && metadata.Extensions.Bitmaps is not null;

    /// <summary>Judges where the directory lies.</summary>
    public void JudgePlace()
    {
        if (!IsThere)
        {
            return;
        }

        (uint count, ulong size, ulong offset) = metadata.Extensions.Bitmaps!.Value;
        long? field = metadata.Extensions.BitmapsOffset;
        if (count is 0 or > MaximumBitmaps || size > MaximumDirectory || size < (ulong)count * EntrySize)
        {
            _ = clusters.Fail(FormattableString.Invariant($"A directory of {count} bitmaps in {size} bytes is not allowed."), field);
        }
        else if (offset == 0 || offset % (ulong)_header.ClusterSize != 0)
        {
            _ = clusters.Fail(FormattableString.Invariant($"The directory of bitmaps at 0x{offset:x} does not begin a cluster behind the header."), field);
        }
        else if (!map.Add("the directory of bitmaps", offset, size, field))
        {
            _ = clusters.Break();
        }
    }

    /// <summary>Walks the table of each bitmap.</summary>
    public void Walk()
    {
        if (!IsThere || clusters.IsBroken)
        {
            return;
        }

        (uint count, ulong size, ulong offset) = metadata.Extensions.Bitmaps!.Value;
        TableWindow window = new(context.Reader);
        TableScan scan = new(context, 0);
        long position = (long)offset;
        long end = position + (long)size;
        for (uint index = 0; index < count && !clusters.IsBroken; index++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> entry = window.At(position, EntrySize);
            long next = position + ((EntrySize + (long)entry.U32Be(20) + entry.U16Be(18) + 7) & ~7L);
            if (entry.Length < EntrySize || next > end)
            {
                _ = clusters.Fail("An entry of the directory of bitmaps leaves the directory.", position);
                return;
            }

            WalkTable(entry.U64Be(0), entry.U32Be(8), position, scan);
            position = next;
        }
    }

    private void WalkTable(ulong table, uint entries, long place, TableScan scan)
    {
        if (entries == 0 || !clusters.TakeOther("The table of a bitmap", table, (ulong)entries * 8, place))
        {
            return;
        }

        _ = scan.LongWords((long)table, entries * 8L, isBigEndian: true, (entry, at) =>
            (entry & OffsetMask) == 0 || clusters.TakeOther("An entry of a bitmap's table", entry & OffsetMask, (ulong)_header.ClusterSize, at));
    }
}
