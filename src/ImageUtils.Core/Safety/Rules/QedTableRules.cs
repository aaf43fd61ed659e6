using ImageUtils.Formats.Qed;

namespace ImageUtils.Safety.Rules;

/// <summary>The two levels of tables of a QED image (qed_spec.txt, "Tables").</summary>
internal sealed class QedTableRules(InspectionContext context, QedHeader header, string reference)
{
    private const int MetadataL1Bytes = 128 * 1024;
    private const ulong ZeroCluster = 1;

    private readonly TableMap _map = new(context);

    /// <summary>Judges the tables: the first level always, the second at full depth.</summary>
    public void Judge()
    {
        ulong tableBytes = (ulong)header.TableSize * header.ClusterSize;
        _ = _map.Add("the header", 0, Math.Min((ulong)header.HeaderSize * header.ClusterSize, (ulong)context.Reader.Length));
        if (header.L1Offset % header.ClusterSize != 0 || header.L1Offset == 0)
        {
            context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The L1 table at 0x{header.L1Offset:x} does not begin a cluster behind the header."), 40, reference: reference);
        }
        else if (_map.Add("the L1 table", header.L1Offset, tableBytes, 40))
        {
            Walk(tableBytes);
        }

        context.Checks.Pass(CheckNames.Tables, context.IsFull ? "Every table lies inside the file and overlaps nothing." : "The top table lies inside the file.");
    }

    private void Walk(ulong tableBytes)
    {
        ExtentMap clusters = new(context, _map, header.ClusterSize, reference);
        TableScan first = new(context, MetadataL1Bytes);
        TableScan second = new(context, 0);
        _ = first.LongWords((long)header.L1Offset, (long)tableBytes, isBigEndian: false, (table, place) =>
            table == 0
            || (IsAligned(clusters, "An L2 table", table, place)
                && clusters.Take("An L2 table", table, tableBytes, place, mayBeCut: false)
                && (!context.IsFull || second.LongWords((long)table, (long)tableBytes, isBigEndian: false, (cluster, at) => JudgeCluster(clusters, cluster, at)))));
        clusters.Conclude();
    }

    private bool JudgeCluster(ExtentMap clusters, ulong cluster, long place) =>
        cluster is 0 or ZeroCluster
        || (IsAligned(clusters, "A data cluster", cluster, place) && clusters.Take("A data cluster", cluster, header.ClusterSize, place));

    private bool IsAligned(ExtentMap clusters, string what, ulong offset, long place) =>
        offset % header.ClusterSize == 0 || clusters.Fail(FormattableString.Invariant($"{what} is said to be at 0x{offset:x}, which is no cluster's beginning."), place);
}
