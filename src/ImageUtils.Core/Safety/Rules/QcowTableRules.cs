using ImageUtils.Formats.Qcow;

namespace ImageUtils.Safety.Rules;

/// <summary>The two levels of tables of a qcow version 1 image (qemu block/qcow.c). Nothing in it is aligned but by custom.</summary>
internal sealed class QcowTableRules(InspectionContext context, QcowHeader header, TableMap map, string reference)
{
    private const ulong CompressedFlag = 1UL << 63;
    private const ulong SectorSize = 512;
    private const int MetadataL1Bytes = 128 * 1024;

    private readonly ulong _clusterSize = 1UL << header.ClusterBits;

    /// <summary>Walks the tables: the first level always, the second at full depth.</summary>
    public void Walk()
    {
        // A compressed cluster ends where it ends, and the next one begins there: their sectors cannot be counted as taken.
        ExtentMap tables = new(context, map, SectorSize, reference);
        ExtentMap clusters = new(context, map, SectorSize, reference);
        ulong tableBytes = 8UL << header.L2Bits;
        bool areTablesGood = new TableScan(context, MetadataL1Bytes).LongWords((long)header.L1Offset, (long)header.L1Entries * 8, isBigEndian: true, (table, place) =>
            table == 0 || tables.Take("An L2 table", table, tableBytes, place, mayBeCut: false), blank: 0);
        if (areTablesGood && context.IsFull)
        {
            TableScan second = new(context, 0);
            _ = new TableScan(context, 0).LongWords((long)header.L1Offset, (long)header.L1Entries * 8, isBigEndian: true, (table, _) =>
                table == 0 || second.LongWords((long)table, (long)tableBytes, isBigEndian: true, (entry, at) => JudgeCluster(tables, clusters, entry, at)));
        }

        tables.Conclude();
        clusters.Conclude();
    }

    private bool JudgeCluster(ExtentMap tables, ExtentMap clusters, ulong entry, long place)
    {
        if (entry == 0)
        {
            return true;
        }

        if ((entry & CompressedFlag) == 0)
        {
            return tables.IsFree("A data cluster", entry, _clusterSize, place) && clusters.Take("A data cluster", entry, _clusterSize, place);
        }

        int shift = 63 - header.ClusterBits;
        ulong offset = entry & ((1UL << shift) - 1);
        ulong size = (entry >> shift) & (_clusterSize - 1);
        return (size != 0 || clusters.Fail("A compressed cluster is said to be empty.", place)) && tables.IsFree("A compressed cluster", offset, size, place);
    }
}
