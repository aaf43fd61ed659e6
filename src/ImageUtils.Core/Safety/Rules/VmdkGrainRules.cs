using ImageUtils.Formats;
using ImageUtils.Formats.Vmdk;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The grain tables of a hosted sparse extent and the grains they name (Virtual Disk Format 5.0, "Grain Directory", "Grain Table", "Compressed Grains").</summary>
internal sealed class VmdkGrainRules
{
    private const int SectorSize = VmdkSparseHeader.SectorSize;
    private const int MarkerSize = 12;
    private const uint ZeroGrain = 1;

    private readonly InspectionContext _context;
    private readonly VmdkSparseHeader _header;
    private readonly ExtentMap _extents;
    private readonly TableScan _directories;
    private readonly TableScan _tables;
    private readonly ulong _grainBytes;
    private readonly long _tableBytes;

    /// <summary>Makes the rules.</summary>
    /// <param name="context">The bytes, and where findings go.</param>
    /// <param name="header">The header that counts; grain and table sizes were judged.</param>
    /// <param name="map">Where header, descriptor and directories lie.</param>
    public VmdkGrainRules(InspectionContext context, VmdkSparseHeader header, TableMap map)
    {
        _context = context;
        _header = header;
        _extents = new ExtentMap(context, map, SectorSize, References.Vmdk);
        _directories = new TableScan(context, 0);
        _tables = new TableScan(context, 0);
        _grainBytes = header.GrainSize * SectorSize;
        _tableBytes = header.EntriesPerTable * 4L;
    }

    /// <summary>Walks the directory and all it leads to.</summary>
    /// <param name="directory">Where it begins, in bytes.</param>
    /// <param name="redundant">Where its copy begins; null: there is none.</param>
    /// <param name="count">How many tables there are.</param>
    public void Walk(long directory, long? redundant, ulong count)
    {
        ulong index = 0;
        TableWindow copies = new(_context.Reader);
        bool isGood = _directories.Words(directory, (long)count * 4, isBigEndian: false, (sector, place) =>
        {
            ulong number = index++;
            uint copy = redundant is long start ? copies.At(start + ((long)number * 4), 4).U32Le(0) : 0;
            return (sector == 0 || WalkTable(sector, number, place)) && (copy == 0 || WalkCopy(sector, copy, redundant!.Value + ((long)number * 4)));
        });
        if (isGood && (_directories.IsSpent || _tables.IsSpent))
        {
            _ = _extents.Fail("The grain tables are longer together than the file.", directory);
        }

        _extents.Conclude();
    }

    private bool WalkTable(uint sector, ulong number, long place)
    {
        if (!_extents.Take("A grain table", (ulong)sector * SectorSize, (ulong)_tableBytes, place, mayBeCut: false))
        {
            return false;
        }

        ulong grain = number * _header.EntriesPerTable;
        return _tables.Words((long)sector * SectorSize, _tableBytes, isBigEndian: false, (entry, at) =>
        {
            ulong block = grain++ * _header.GrainSize;
            return entry == 0 || (entry == ZeroGrain && _header.HasZeroGrains) || WalkGrain(entry, block, at);
        });
    }

    private bool WalkGrain(uint sector, ulong block, long place)
    {
        ulong offset = (ulong)sector * SectorSize;
        if (!_header.IsCompressed || !_header.HasMarkers)
        {
            return _extents.Take("A grain", offset, _header.IsCompressed ? SectorSize : _grainBytes, place);
        }

        ReadOnlySpan<byte> marker = _context.Reader.ReadArray((long)offset, MarkerSize);
        if (marker.Length < MarkerSize)
        {
            return _extents.Fail(FormattableString.Invariant($"A compressed grain is said to be at 0x{offset:x}, behind the end of the file."), place);
        }

        // qemu and VMware accept what deflate could have made longer, up to twice the grain.
        (ulong named, uint size) = (marker.U64Le(0), marker.U32Le(8));
        if (size == 0 || size > _grainBytes * 2)
        {
            return _extents.Fail(FormattableString.Invariant($"The compressed grain at 0x{offset:x} claims {size} bytes for a grain of {_grainBytes}."), (long)offset + 8);
        }

        if (named != block)
        {
            return _extents.Fail(FormattableString.Invariant($"The compressed grain at 0x{offset:x} says that it holds sector {named}, and the table says {block}."), (long)offset);
        }

        return _extents.Take("A compressed grain", offset, size + MarkerSize, place, mayBeCut: false);
    }

    /// <summary>The copy of a table is never read while the table is whole; readers that obey different ones must see the same disk.</summary>
    private bool WalkCopy(uint sector, uint copy, long place)
    {
        if (copy == sector)
        {
            return true;
        }

        if (!_extents.Take("A redundant grain table", (ulong)copy * SectorSize, (ulong)_tableBytes, place, mayBeCut: false))
        {
            return false;
        }

        ReadOnlySpan<byte> second = _context.Reader.ReadArray((long)copy * SectorSize, (int)_tableBytes);
        ReadOnlySpan<byte> first = sector == 0 ? new byte[second.Length] : _context.Reader.ReadArray((long)sector * SectorSize, second.Length);
        int difference = second.CommonPrefixLength(first);
        if (difference < second.Length)
        {
            _context.Checks.Warn(CheckNames.Tables, FormattableString.Invariant($"The redundant grain table at 0x{(ulong)copy * SectorSize:x} differs from the table that it is a copy of."), ((long)copy * SectorSize) + difference, second[difference..], References.Vmdk);
        }

        return true;
    }
}
