using ImageUtils.Formats;
using ImageUtils.Formats.Qcow2;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The table of internal snapshots and their L1 tables (qcow2.txt, "Snapshots").</summary>
internal sealed class Qcow2SnapshotRules(InspectionContext context, Qcow2Metadata metadata, TableMap map, Qcow2Clusters clusters)
{
    private const int EntrySize = 40;
    private const ulong MaximumExtra = 1024;
    private const ulong MaximumL1Bytes = 32 * 1024 * 1024;

    /// <summary>qemu's own bound (QCOW_MAX_SNAPSHOTS_SIZE).</summary>
    private const long MaximumTable = 64 * 1024 * 1024;

    private readonly Qcow2Header _header = metadata.Header;

    private bool IsThere => _header.SnapshotCount is > 0 and <= Qcow2SnapshotTable.MaximumCount;

    /// <summary>Judges where the table lies, and the L1 tables that were read of it.</summary>
    public void JudgePlace()
    {
        context.Checks.Fail(CheckNames.Tables, metadata.Snapshots.Defects, References.Resources);
        if (!IsThere)
        {
            return;
        }

        if (_header.SnapshotOffset == 0 || _header.SnapshotOffset % (ulong)_header.ClusterSize != 0)
        {
            _ = clusters.Fail(FormattableString.Invariant($"The snapshot table at 0x{_header.SnapshotOffset:x} does not begin a cluster behind the header."), 64);
            return;
        }

        if (!map.Add("the snapshot table", _header.SnapshotOffset, (ulong)_header.SnapshotCount * EntrySize, 64))
        {
            _ = clusters.Break();
            return;
        }

        foreach ((ulong offset, uint size, long place) in metadata.Snapshots.Tables)
        {
            if (!JudgeL1(offset, size, place))
            {
                return;
            }
        }
    }

    /// <summary>Reads the whole table, and walks the L1 table of each snapshot.</summary>
    /// <param name="walk">Walks an L1 table, named by its place and its length in bytes.</param>
    public void Walk(Func<long, long, bool> walk)
    {
        if (!IsThere || metadata.Snapshots.Defects.Count > 0)
        {
            return;
        }

        List<(ulong Offset, uint Size)> tables = [];
        if (!ReadTable(tables))
        {
            return;
        }

        foreach ((ulong offset, uint size) in tables)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            if (size > 0 && !walk((long)offset, size * 8L))
            {
                return;
            }
        }
    }

    private bool ReadTable(List<(ulong Offset, uint Size)> tables)
    {
        TableWindow window = new(context.Reader);
        long start = (long)_header.SnapshotOffset;
        long position = start;
        for (uint index = 0; index < _header.SnapshotCount; index++)
        {
            ReadOnlySpan<byte> entry = window.At(position, EntrySize);
            if (entry.Length < EntrySize || position - start > MaximumTable)
            {
                return clusters.Fail("The snapshot table is cut off by the end of the file, or is larger than 64 MiB.", position);
            }

            (ulong offset, uint size) = (entry.U64Be(0), entry.U32Be(8));
            ulong extra = entry.U32Be(36);
            if (extra > MaximumExtra)
            {
                return clusters.Fail(FormattableString.Invariant($"A snapshot has {extra} bytes of extra data; {MaximumExtra} are the most."), position + 36);
            }

            if (!JudgeL1(offset, size, position) || (size > 0 && !clusters.TakeOther("The L1 table of a snapshot", offset, (ulong)size * 8, position)))
            {
                return false;
            }

            tables.Add((offset, size));
            position += (EntrySize + (long)extra + entry.U16Be(12) + entry.U16Be(14) + 7) & ~7L;
        }

        // The first part of the table is in the map; its clusters are taken whole.
        ulong length = (ulong)Math.Max(position - start, 1);
        return clusters.TakeRest(_header.SnapshotOffset, length, (ulong)_header.SnapshotCount * EntrySize, 64);
    }

    private bool JudgeL1(ulong offset, uint size, long place)
    {
        ulong bytes = (ulong)size * 8;
        return (size == 0 || (offset != 0 && offset % (ulong)_header.ClusterSize == 0 && bytes <= MaximumL1Bytes && context.Reader.Contains(offset, bytes)))
            || clusters.Fail(FormattableString.Invariant($"The L1 table of a snapshot ({size} entries at 0x{offset:x}) does not lie in the file as it must."), place);
    }
}
