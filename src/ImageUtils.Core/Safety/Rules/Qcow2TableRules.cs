using System.Buffers.Binary;
using ImageUtils.Formats.Qcow2;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>
/// The tables of a qcow2 image: where they lie, and where they point to. The first levels are looked at always, as far as
/// a bound allows; all of them at full depth.
/// </summary>
internal sealed class Qcow2TableRules(InspectionContext context, Qcow2Metadata metadata)
{
    private const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00;
    private const ulong CopiedFlag = 1UL << 63;
    private const ulong CompressedFlag = 1UL << 62;
    private const ulong RefcountOffsetMask = ~0x1FFUL;
    private const ulong ZeroFlag = 1;
    private const uint MaximumBitmaps = 65535;
    private const ulong MaximumBitmapDirectory = 64 * 1024 * 1024;
    private const ulong MaximumL1Bytes = 32 * 1024 * 1024;
    private const ulong MaximumRefcountBytes = 8 * 1024 * 1024;
    private const int SectorSize = 512;
    private const int ChunkSize = 64 * 1024;
    private const int MetadataL1Bytes = 128 * 1024;
    private const int MetadataL2Bytes = 256 * 1024;

    private readonly Qcow2Header _header = metadata.Header;
    private readonly TableMap _map = new(context);
    private readonly UsedUnits _used = new();
    private long _budget = context.IsFull ? long.MaxValue : MetadataL2Bytes;
    private bool _isBroken;

    /// <summary>Judges all tables.</summary>
    public void Judge()
    {
        if (IsHeaderAlone())
        {
            context.Checks.Warn(CheckNames.Tables, "The file is a header and nothing else; the disk in it reads as zeros.", 0, reference: References.Qcow2);
            return;
        }

        ulong cluster = (ulong)_header.ClusterSize;
        _ = _map.Add("the header", 0, Math.Min(cluster, (ulong)context.Reader.Length));
        bool isL1Good = JudgeL1Place();
        JudgeRefcountPlace();
        JudgeSnapshots();
        JudgeBitmaps();
        if (isL1Good)
        {
            WalkL1();
        }

        if (_used.IsFull)
        {
            context.Checks.Warn(CheckNames.Tables, "The image has more clusters than are kept in memory; not every overlap could be seen.");
        }

        context.Checks.Pass(CheckNames.Tables, context.IsFull ? "Every table lies inside the file and overlaps nothing." : "The top tables lie inside the file and overlap nothing.", References.Qcow2);
    }

    /// <summary>
    /// A file of exactly one sector, as collections of samples have them: no table is there, not even a part of one, and
    /// qemu reads what lies behind the end as zeros. A file cut anywhere else has lost data.
    /// </summary>
    private bool IsHeaderAlone() =>
        context.Reader.Length == SectorSize
        && _header.L1Offset >= SectorSize
        && (ulong)_header.L1Size * 8 <= MaximumL1Bytes
        && _header.RefcountOffset >= SectorSize
        && _header.SnapshotCount == 0
        && metadata.Extensions.Bitmaps is null;

    private bool JudgeL1Place()
    {
        ulong entriesOfL2 = (ulong)_header.ClusterSize / (_header.HasExtendedL2 ? 16u : 8u);
        UInt128 needed = ((UInt128)_header.Size + ((UInt128)(ulong)_header.ClusterSize * entriesOfL2) - 1) / ((UInt128)(ulong)_header.ClusterSize * entriesOfL2);
        ulong bytes = (ulong)_header.L1Size * 8;
        if (bytes > MaximumL1Bytes)
        {
            return Fail(FormattableString.Invariant($"The L1 table of {_header.L1Size} entries is larger than 32 MiB."), 36, References.Resources);
        }

        if (_header.L1Size < needed)
        {
            return Fail(FormattableString.Invariant($"The L1 table of {_header.L1Size} entries is too small for the virtual size, which needs {needed}."), 36, References.Qcow2);
        }

        return IsAligned("L1 table", _header.L1Offset, _header.L1Size, 40) && _map.Add("the L1 table", _header.L1Offset, bytes, 40);
    }

    private void JudgeRefcountPlace()
    {
        ulong bytes = (ulong)_header.RefcountClusters * (ulong)_header.ClusterSize;
        if (bytes is 0 or > MaximumRefcountBytes)
        {
            _ = Fail(FormattableString.Invariant($"The reference count table has {_header.RefcountClusters} clusters; it must have at least one, and no more than 8 MiB."), 56, References.Resources);
        }
        else if (IsAligned("reference count table", _header.RefcountOffset, 1, 48))
        {
            if (_map.Add("the reference count table", _header.RefcountOffset, bytes, 48))
            {
                WalkRefcounts((long)bytes);
            }
        }
    }

    private void WalkRefcounts(long bytes)
    {
        long bound = context.IsFull ? bytes : Math.Min(bytes, ChunkSize);
        for (long done = 0; done < bound && !_isBroken; done += ChunkSize)
        {
            long place = (long)_header.RefcountOffset + done;
            byte[] chunk = context.Reader.ReadArray(place, (int)Math.Min(ChunkSize, bound - done));
            for (int index = 0; index <= chunk.Length - 8 && !_isBroken; index += 8)
            {
                ulong offset = BinaryPrimitives.ReadUInt64BigEndian(chunk.AsSpan(index)) & RefcountOffsetMask;
                if (offset != 0 && IsGoodTarget("A reference count entry", offset, place + index))
                {
                    _ = Take(offset, place + index);
                }
            }
        }
    }

    private void JudgeBitmaps()
    {
        if ((_header.Autoclear & 1) == 0 || metadata.Extensions.Bitmaps is not (uint count, ulong size, ulong offset))
        {
            return;
        }

        if (count is 0 or > MaximumBitmaps || size > MaximumBitmapDirectory)
        {
            _ = Fail(FormattableString.Invariant($"A directory of {count} bitmaps in {size} bytes is not allowed."), null, References.Qcow2);
        }
        else if (IsAligned("directory of bitmaps", offset, 1, null))
        {
            _ = _map.Add("the directory of bitmaps", offset, size);
        }
    }

    private void JudgeSnapshots()
    {
        context.Checks.Fail(CheckNames.Tables, metadata.Snapshots.Defects, References.Resources);
        if (_header.SnapshotCount is 0 or > Qcow2SnapshotTable.MaximumCount || !IsAligned("snapshot table", _header.SnapshotOffset, 1, 64))
        {
            return;
        }

        _ = _map.Add("the snapshot table", _header.SnapshotOffset, (ulong)_header.SnapshotCount * 40, 64);
        foreach ((ulong offset, uint size) in metadata.Snapshots.Tables)
        {
            ulong bytes = (ulong)size * 8;
            if (bytes > MaximumL1Bytes || !IsAligned("L1 table of a snapshot", offset, size, null) || !context.Reader.Contains(offset, bytes))
            {
                _ = Fail(FormattableString.Invariant($"The L1 table of a snapshot ({size} entries at 0x{offset:x}) does not lie in the file as it must."), (long)_header.SnapshotOffset, References.Qcow2);
                return;
            }
        }
    }

    private void WalkL1()
    {
        long bytes = context.IsFull ? _header.L1Size * 8L : Math.Min(_header.L1Size * 8L, MetadataL1Bytes);
        for (long done = 0; done < bytes && !_isBroken; done += ChunkSize)
        {
            byte[] chunk = context.Reader.ReadArray((long)_header.L1Offset + done, (int)Math.Min(ChunkSize, bytes - done));
            for (int index = 0; index <= chunk.Length - 8 && !_isBroken; index += 8)
            {
                ulong offset = BinaryPrimitives.ReadUInt64BigEndian(chunk.AsSpan(index)) & OffsetMask;
                if (offset != 0 && IsGoodTarget("An L1 entry", offset, (long)_header.L1Offset + done + index) && Take(offset, (long)_header.L1Offset + done + index))
                {
                    WalkL2((long)offset);
                }
            }
        }
    }

    private void WalkL2(long table)
    {
        int entrySize = _header.HasExtendedL2 ? 16 : 8;
        for (long done = 0; done < _header.ClusterSize && _budget > 0 && !_isBroken; done += ChunkSize)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            int size = (int)Math.Min(Math.Min(ChunkSize, _header.ClusterSize - done), _budget);
            byte[] chunk = context.Reader.ReadArray(table + done, size);
            _budget -= chunk.Length;
            for (int index = 0; index <= chunk.Length - entrySize && !_isBroken; index += entrySize)
            {
                JudgeL2Entry(BinaryPrimitives.ReadUInt64BigEndian(chunk.AsSpan(index)), table + done + index);
            }

            if (chunk.Length < size)
            {
                return;
            }
        }
    }

    private void JudgeL2Entry(ulong entry, long place)
    {
        if ((entry & CompressedFlag) != 0)
        {
            ulong compressed = entry & ((1UL << (62 - ((int)_header.ClusterBits - 8))) - 1);
            if (compressed >= (ulong)context.Reader.Length || _map.Touched(compressed, 1) is not null)
            {
                _ = Fail(FormattableString.Invariant($"A compressed cluster at 0x{compressed:x} lies outside of the file or in a table."), place, References.Qcow2);
            }

            return;
        }

        ulong offset = entry & OffsetMask;
        bool isZero = !_header.HasExtendedL2 && (entry & ZeroFlag) != 0;
        if (offset == 0)
        {
            // Marked as in use and at offset 0: the cluster would be the header itself.
            if ((entry & CopiedFlag) != 0 && !isZero)
            {
                _ = Fail("A data cluster is said to be at offset 0, which is the header.", place, References.Qcow2);
            }

            return;
        }

        if (IsGoodTarget("An L2 entry", offset, place))
        {
            _ = Take(offset, place);
        }
    }

    private bool IsGoodTarget(string what, ulong offset, long place)
    {
        if (offset % (ulong)_header.ClusterSize != 0)
        {
            return Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, which is no cluster's beginning."), place, References.Qcow2);
        }

        if (offset >= (ulong)context.Reader.Length)
        {
            return Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, behind the end of the file."), place, References.Qcow2);
        }

        return _map.Touched(offset, (ulong)_header.ClusterSize) is not string table
            || Fail(FormattableString.Invariant($"{what} points to 0x{offset:x}, which is {table}."), place, References.Qcow2);
    }

    private bool Take(ulong offset, long place) =>
        _used.Take(offset >> (int)_header.ClusterBits) || Fail(FormattableString.Invariant($"The cluster at 0x{offset:x} is used twice."), place, References.Qcow2);

    private bool IsAligned(string what, ulong offset, ulong count, long? field) =>
        count == 0
        || (offset != 0 && offset % (ulong)_header.ClusterSize == 0)
        || Fail(FormattableString.Invariant($"The {what} at 0x{offset:x} does not begin a cluster behind the header."), field, References.Qcow2);

    private bool Fail(string reason, long? offset, string reference)
    {
        _isBroken = true;
        context.Checks.Fail(CheckNames.Tables, reason, offset, reference: reference);
        return false;
    }
}
