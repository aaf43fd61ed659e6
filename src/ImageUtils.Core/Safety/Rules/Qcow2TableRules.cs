using System.Buffers.Binary;
using ImageUtils.Formats.Qcow2;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>
/// The tables of a qcow2 image: where they lie, and where they point to. The first levels are looked at always, as far as
/// a bound allows; all of them at full depth, those of snapshots and bitmaps too.
/// </summary>
internal sealed class Qcow2TableRules
{
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong CopiedFlag = 1UL << 63;
    private const ulong CompressedFlag = 1UL << 62;
    private const ulong RefcountOffsetMask = ~0x1FFUL;
    private const ulong ZeroFlag = 1;
    private const ulong MaximumL1Bytes = 32 * 1024 * 1024;
    private const ulong MaximumRefcountBytes = 8 * 1024 * 1024;
    private const int SectorSize = 512;
    private const int MetadataRefcountBytes = 64 * 1024;
    private const int MetadataL1Bytes = 128 * 1024;
    private const int MetadataL2Bytes = 256 * 1024;

    private readonly InspectionContext _context;
    private readonly Qcow2Metadata _metadata;
    private readonly Qcow2Header _header;
    private readonly TableMap _map;
    private readonly Qcow2Clusters _clusters;
    private readonly TableScan _l1Scan;
    private readonly TableScan _l2Scan;

    /// <summary>Makes the rules.</summary>
    /// <param name="context">The bytes, and where findings go.</param>
    /// <param name="metadata">Header, extensions and the list of snapshots.</param>
    public Qcow2TableRules(InspectionContext context, Qcow2Metadata metadata)
    {
        _context = context;
        _metadata = metadata;
        _header = metadata.Header;
        _map = new TableMap(context);
        _clusters = new Qcow2Clusters(context, _header, _map);
        _l1Scan = new TableScan(context, MetadataL1Bytes);
        _l2Scan = new TableScan(context, MetadataL2Bytes);
    }

    /// <summary>True where the clusters of data are in another file: their places say nothing about this one.</summary>
    private bool HasDataFile => (_header.Incompatible & Qcow2Header.DataFileBit) != 0;

    /// <summary>Judges all tables.</summary>
    public void Judge()
    {
        if (IsHeaderAlone())
        {
            _context.Checks.Warn(CheckNames.Tables, "The file is a header and nothing else; the disk in it reads as zeros.", 0, reference: References.Qcow2);
            return;
        }

        _ = _map.Add("the header", 0, Math.Min((ulong)_header.ClusterSize, (ulong)_context.Reader.Length));
        bool isL1Good = JudgeL1Place();
        bool areCountsGood = JudgeRefcountPlace();
        Qcow2SnapshotRules snapshots = new(_context, _metadata, _map, _clusters);
        snapshots.JudgePlace();
        Qcow2BitmapRules bitmaps = new(_context, _metadata, _map, _clusters);
        bitmaps.JudgePlace();
        JudgeEncryptionPlace();
        if (areCountsGood)
        {
            WalkRefcounts();
        }

        if (isL1Good)
        {
            WalkL1((long)_header.L1Offset, _header.L1Size * 8L, "An L1 entry", isSnapshot: false);
        }

        if (_context.IsFull && !_clusters.IsBroken)
        {
            snapshots.Walk((offset, size) => WalkL1(offset, size, "A snapshot's L1 entry", isSnapshot: true));
            bitmaps.Walk();
        }

        Conclude(areCountsGood);
    }

    private void Conclude(bool areCountsGood)
    {
        if (_clusters.IsFull)
        {
            _context.Checks.Warn(CheckNames.Tables, "The image has more clusters than are kept in memory; not every overlap could be seen.", reference: References.Resources);
        }
        else if (_context.IsFull && (_l1Scan.IsSpent || _l2Scan.IsSpent))
        {
            _ = _clusters.Fail("The tables are longer together than the file; some lie on others.", 0, References.Resources);
        }
        else if (_context.IsFull && areCountsGood && !_clusters.IsBroken)
        {
            new Qcow2RefcountRules(_context, _header, _clusters).Judge();
        }

        _context.Checks.Pass(CheckNames.Tables, _context.IsFull ? "Every table lies inside the file and overlaps nothing." : "The top tables lie inside the file and overlap nothing.", References.Qcow2);
    }

    /// <summary>
    /// A file of exactly one sector, as collections of samples have them: no table is there, not even a part of one, and
    /// qemu reads what lies behind the end as zeros. A file cut anywhere else has lost data.
    /// </summary>
    private bool IsHeaderAlone() =>
        _context.Reader.Length == SectorSize
        && _header.L1Offset >= SectorSize
        && (ulong)_header.L1Size * 8 <= MaximumL1Bytes
        && _header.RefcountOffset >= SectorSize
        && _header.SnapshotCount == 0
        && _metadata.Extensions.Bitmaps is null;

    private bool JudgeL1Place()
    {
        ulong entriesOfL2 = (ulong)_header.ClusterSize / (_header.HasExtendedL2 ? 16u : 8u);
        UInt128 needed = ((UInt128)_header.Size + ((UInt128)(ulong)_header.ClusterSize * entriesOfL2) - 1) / ((UInt128)(ulong)_header.ClusterSize * entriesOfL2);
        ulong bytes = (ulong)_header.L1Size * 8;
        if (bytes > MaximumL1Bytes)
        {
            return _clusters.Fail(FormattableString.Invariant($"The L1 table of {_header.L1Size} entries is larger than 32 MiB."), 36, References.Resources);
        }

        if (_header.L1Size < needed)
        {
            return _clusters.Fail(FormattableString.Invariant($"The L1 table of {_header.L1Size} entries is too small for the virtual size, which needs {needed}."), 36);
        }

        return IsAligned("L1 table", _header.L1Offset, _header.L1Size, 40) && Add("the L1 table", _header.L1Offset, bytes, 40);
    }

    private bool JudgeRefcountPlace()
    {
        ulong bytes = (ulong)_header.RefcountClusters * (ulong)_header.ClusterSize;
        if (bytes is 0 or > MaximumRefcountBytes)
        {
            return _clusters.Fail(FormattableString.Invariant($"The reference count table has {_header.RefcountClusters} clusters; it must have at least one, and no more than 8 MiB."), 56, References.Resources);
        }

        return IsAligned("reference count table", _header.RefcountOffset, 1, 48) && Add("the reference count table", _header.RefcountOffset, bytes, 48);
    }

    private void JudgeEncryptionPlace()
    {
        if (_header.CryptMethod == 2 && _metadata.Extensions.EncryptionHeader is (ulong offset, ulong length) && _context.Reader.Contains(offset, length))
        {
            _ = Add("the LUKS header", offset, length, 32);
        }
    }

    private bool Add(string name, ulong offset, ulong size, long field) => _map.Add(name, offset, size, field) || _clusters.Break();

    private void WalkRefcounts()
    {
        long bytes = _header.RefcountClusters * _header.ClusterSize;
        if (!_context.IsFull && _header.RefcountOrder <= 6)
        {
            // Entries for clusters that the file does not have are no use to anybody.
            long clustersOfBlock = (_header.ClusterSize * 8) >> (int)_header.RefcountOrder;
            bytes = Math.Min(bytes, ((_context.Reader.Length / _header.ClusterSize / clustersOfBlock) + 1) * 8);
        }

        TableScan scan = new(_context, MetadataRefcountBytes);
        _ = scan.LongWords(
            (long)_header.RefcountOffset,
            bytes,
            isBigEndian: true,
            (entry, place) => (entry & RefcountOffsetMask) == 0 || _clusters.TakeOther("A reference count entry", entry & RefcountOffsetMask, (ulong)_header.ClusterSize, place),
            blank: 0);
    }

    private bool WalkL1(long table, long size, string what, bool isSnapshot) =>
        _l1Scan.LongWords(table, size, isBigEndian: true, (entry, place) =>
        {
            ulong offset = entry & OffsetMask;
            if (offset != 0 && _clusters.TakeTable(what, offset, place, isSnapshot))
            {
                WalkL2((long)offset, UsedBytesOfL2((place - table) / 8), isSnapshot);
            }

            return !_clusters.IsBroken;
        }, blank: 0);

    /// <summary>Entries behind the end of the disk are read at full depth only.</summary>
    private long UsedBytesOfL2(long index)
    {
        int entrySize = _header.HasExtendedL2 ? 16 : 8;
        UInt128 covered = (UInt128)(_header.ClusterSize / entrySize) * (ulong)_header.ClusterSize;
        UInt128 before = covered * (ulong)index;
        if (_context.IsFull || before >= _header.Size)
        {
            return _header.ClusterSize;
        }

        UInt128 clusters = ((_header.Size - before) + (ulong)_header.ClusterSize - 1) / (ulong)_header.ClusterSize;
        return (long)UInt128.Min(clusters * (ulong)entrySize, (ulong)_header.ClusterSize);
    }

    private void WalkL2(long table, long size, bool isSnapshot) =>
        _ = _l2Scan.Entries(table, size, _header.HasExtendedL2 ? 16 : 8, (entry, place) =>
        {
            ulong subclusters = _header.HasExtendedL2 ? BinaryPrimitives.ReadUInt64BigEndian(entry[8..]) : 0;
            return JudgeL2Entry(BinaryPrimitives.ReadUInt64BigEndian(entry), subclusters, place, isSnapshot);
        }, blank: 0);

    private bool JudgeL2Entry(ulong entry, ulong subclusters, long place, bool isSnapshot)
    {
        if ((entry & CompressedFlag) != 0)
        {
            return _clusters.TakeCompressed(entry, place);
        }

        // A half of the bits says which subclusters are there, the other which read as zeros; none can be both.
        if ((subclusters & (subclusters >> 32) & uint.MaxValue) != 0)
        {
            return _clusters.Fail("A subcluster is said to be there and to read as zeros.", place + 8);
        }

        ulong offset = entry & OffsetMask;
        bool isZero = !_header.HasExtendedL2 && (entry & ZeroFlag) != 0;
        if (HasDataFile)
        {
            return true;
        }

        if (offset == 0)
        {
            // Marked as in use and at offset 0: the cluster would be the header itself.
            bool isInUse = ((entry & CopiedFlag) != 0 && !isZero) || (subclusters & uint.MaxValue) != 0;
            return !isInUse || _clusters.Fail("A data cluster is said to be at offset 0, which is the header.", place);
        }

        return _clusters.TakeData(offset, place, isSnapshot);
    }

    private bool IsAligned(string what, ulong offset, ulong count, long? field) =>
        count == 0
        || (offset != 0 && offset % (ulong)_header.ClusterSize == 0)
        || _clusters.Fail(FormattableString.Invariant($"The {what} at 0x{offset:x} does not begin a cluster behind the header."), field);
}
