using ImageUtils.Formats.Qcow2;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>
/// What each cluster of a qcow2 file is used for. Snapshots share L2 tables and data with the disk; nothing else may be
/// used twice, and no cluster for two ends (qcow2.txt, "Host cluster management").
/// </summary>
internal sealed class Qcow2Clusters(InspectionContext context, Qcow2Header header, TableMap map)
{
    private const int TablePages = 2048;
    private const int OtherPages = 1024;
    private const int DataPages = 4096;
    private const int CompressedPages = 2048;
    private const ulong CompressedSector = 512;

    private readonly UsedUnits _tables = new(TablePages);
    private readonly UsedUnits _others = new(OtherPages);
    private readonly UsedUnits _data = new(DataPages);
    private readonly UsedUnits _compressed = new(CompressedPages);
    private readonly ulong _clusterSize = (ulong)header.ClusterSize;

    /// <summary>True where something was found wrong; nothing more is walked then.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>True where overlaps may have gone unseen.</summary>
    public bool IsFull => _tables.IsFull || _others.IsFull || _data.IsFull || _compressed.IsFull;

    /// <summary>Takes a cluster for an L2 table.</summary>
    /// <param name="what">Who names it, as the beginning of a sentence.</param>
    /// <param name="offset">Where the table is said to be.</param>
    /// <param name="place">Where that is said.</param>
    /// <param name="mayBeKnown">True for a snapshot, which may share the table.</param>
    /// <returns>True where the table is to be walked.</returns>
    public bool TakeTable(string what, ulong offset, long place, bool mayBeKnown)
    {
        if (!IsGoodPlace(what, offset, _clusterSize, place))
        {
            return false;
        }

        ulong cluster = offset / _clusterSize;
        if (mayBeKnown && _tables.Contains(cluster))
        {
            return false;
        }

        if (_others.Contains(cluster) || _data.Contains(cluster) || _compressed.Contains(cluster))
        {
            return FailUse(what, offset, place, cluster);
        }

        return _tables.Take(cluster) || Fail(FormattableString.Invariant($"The cluster at 0x{offset:x} is used twice, as an L2 table."), place);
    }

    /// <summary>Takes clusters for any other table.</summary>
    /// <param name="what">What it is, as the beginning of a sentence.</param>
    /// <param name="offset">Where it begins.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="place">Where that is said.</param>
    /// <returns>True where its place is good.</returns>
    public bool TakeOther(string what, ulong offset, ulong size, long place)
    {
        if (!IsGoodPlace(what, offset, size, place))
        {
            return false;
        }

        for (ulong cluster = offset / _clusterSize; cluster <= (offset + size - 1) / _clusterSize; cluster++)
        {
            if (_tables.Contains(cluster) || _data.Contains(cluster) || _compressed.Contains(cluster) || !_others.Take(cluster))
            {
                return FailUse(what, offset, place, cluster);
            }
        }

        return true;
    }

    /// <summary>Takes the clusters of a table of which only the first bytes are in the map.</summary>
    /// <param name="offset">Where the table begins.</param>
    /// <param name="size">Its length in bytes.</param>
    /// <param name="known">How much of it is in the map.</param>
    /// <param name="place">Where the table is named.</param>
    /// <returns>True where nothing else uses them.</returns>
    public bool TakeRest(ulong offset, ulong size, ulong known, long place)
    {
        ulong next = ((offset + known + _clusterSize - 1) / _clusterSize) * _clusterSize;
        return next >= offset + size || TakeOther("The snapshot table", next, offset + size - next, place);
    }

    /// <summary>Takes a cluster for data.</summary>
    /// <param name="offset">Where it is said to be.</param>
    /// <param name="place">Where that is said.</param>
    /// <param name="mayBeKnown">True for a snapshot, which may share it.</param>
    /// <returns>True where its place is good.</returns>
    public bool TakeData(ulong offset, long place, bool mayBeKnown)
    {
        // The end of the last cluster may be missing: it is written only as far as the disk goes.
        if (!IsGoodPlace("An L2 entry", offset, 1, place))
        {
            return false;
        }

        ulong cluster = offset / _clusterSize;
        if (_tables.Contains(cluster) || _others.Contains(cluster) || _compressed.Contains(cluster))
        {
            return FailUse("An L2 entry", offset, place, cluster);
        }

        return _data.Take(cluster) || mayBeKnown || Fail(FormattableString.Invariant($"The cluster at 0x{offset:x} is used twice."), place);
    }

    /// <summary>Takes the clusters in which a compressed cluster lies; it shares them with others of its kind.</summary>
    /// <param name="entry">The L2 entry.</param>
    /// <param name="place">Where it stands.</param>
    /// <returns>True where its place is good.</returns>
    public bool TakeCompressed(ulong entry, long place)
    {
        int shift = 62 - ((int)header.ClusterBits - 8);
        ulong offset = entry & ((1UL << shift) - 1);
        ulong sectors = ((entry >> shift) & ((1UL << ((int)header.ClusterBits - 8)) - 1)) + 1;
        ulong length = (ulong)context.Reader.Length;
        ulong end = Math.Min((offset & ~(CompressedSector - 1)) + (sectors * CompressedSector), length);
        if (offset >= length || map.Touched(offset, end - offset) is not null)
        {
            return Fail(FormattableString.Invariant($"A compressed cluster at 0x{offset:x} lies outside of the file or in a table."), place);
        }

        for (ulong cluster = offset / _clusterSize; cluster <= (end - 1) / _clusterSize; cluster++)
        {
            if (_tables.Contains(cluster) || _others.Contains(cluster) || _data.Contains(cluster))
            {
                return FailUse("A compressed cluster", offset, place, cluster);
            }

            _ = _compressed.Take(cluster);
        }

        return true;
    }

    /// <summary>Tells whether anything uses a cluster.</summary>
    /// <param name="cluster">The number of the cluster.</param>
    /// <returns>True where something does.</returns>
    public bool IsUsed(ulong cluster) =>
        _tables.Contains(cluster) || _others.Contains(cluster) || _data.Contains(cluster) || _compressed.Contains(cluster);

    /// <summary>Ends the walk: what is wrong was noted already.</summary>
    /// <returns>False.</returns>
    public bool Break()
    {
        IsBroken = true;
        return false;
    }

    /// <summary>Notes what is wrong.</summary>
    /// <param name="reason">The sentence.</param>
    /// <param name="place">Where the evidence stands.</param>
    /// <param name="reference">What stands behind the rule; null: the specification.</param>
    /// <returns>False.</returns>
    public bool Fail(string reason, long? place, string? reference = null)
    {
        context.Checks.Fail(CheckNames.Tables, reason, place, reference: reference ?? References.Qcow2);
        return Break();
    }

    private bool IsGoodPlace(string what, ulong offset, ulong size, long place)
    {
        if (offset % _clusterSize != 0)
        {
            return Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, which is no cluster's beginning."), place);
        }

        if (!context.Reader.Contains(offset, size))
        {
            return Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, behind the end of the file."), place);
        }

        return map.Touched(offset, size) is not string table || Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, which is {table}."), place);
    }

    private bool FailUse(string what, ulong offset, long place, ulong cluster)
    {
        string use = _tables.Contains(cluster) ? "an L2 table" : _data.Contains(cluster) ? "data" : _compressed.Contains(cluster) ? "compressed data" : "another table";
        return Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, where the cluster at 0x{cluster * _clusterSize:x} holds {use}."), place);
    }
}
