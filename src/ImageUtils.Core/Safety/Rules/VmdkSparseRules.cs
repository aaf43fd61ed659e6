using ImageUtils.Formats;
using ImageUtils.Formats.Vmdk;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Header, footer and grain directory of a hosted sparse extent.</summary>
internal sealed class VmdkSparseRules(InspectionContext context, VmdkMetadata metadata)
{
    private const int SectorSize = VmdkSparseHeader.SectorSize;
    private const uint Magic = 0x564D444B;
    private const ulong MaximumGrain = 2 * 1024 * 1024;
    private const uint MaximumTableEntries = 512;
    private const ulong MaximumTables = 64 * 1024 * 1024;

    private readonly CheckList _checks = context.Checks;

    public void Judge()
    {
        VmdkSparseHeader header = metadata.Header!;
        ReadOnlySpan<byte> bytes = metadata.HeaderBytes;
        if (header.IsTruncated)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"The file ends inside the header, at byte {bytes.Length}."), 0, bytes, References.Vmdk);
            return;
        }

        JudgeHeader(header, bytes);
        JudgeFooter(header);
        InspectionContext.WhereHere(() => JudgeDirectory(header));
        if (header.IsUnclean)
        {
            _checks.Warn(CheckNames.Dirty, "The disk was not closed cleanly.", 72, bytes.Part(72, 1), References.Vmdk);
        }

        _checks.Pass(CheckNames.Dirty, "The disk was closed cleanly.");
    }

    private void JudgeHeader(VmdkSparseHeader header, ReadOnlySpan<byte> bytes)
    {
        if (header.Version is < 1 or > 3)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {header.Version} is not known."), 4, bytes.Part(4, 4), References.Vmdk);
        }

        if (header.GrainSize is 0 or > MaximumGrain || !ulong.IsPow2(header.GrainSize))
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"A grain of {header.GrainSize} sectors is not allowed."), 20, bytes.Part(20, 8), References.Vmdk);
        }

        if (header.EntriesPerTable is 0 or > MaximumTableEntries)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"A grain table of {header.EntriesPerTable} entries is not allowed."), 44, bytes.Part(44, 4), References.Vmdk);
        }

        if (!header.HasRightLineEnds)
        {
            _checks.Fail(CheckNames.Header, "The line ends in the header were changed: the file was damaged by a transfer as text.", 73, bytes.Part(73, 4), References.Vmdk);
        }

        if (header.Compression > 1 || (header.IsCompressed && header.Compression != 1))
        {
            _checks.Fail(CheckNames.Compression, FormattableString.Invariant($"Compression {header.Compression} is not known."), 77, bytes.Part(77, 2), References.Vmdk);
        }

        _checks.Pass(CheckNames.Compression, header.IsCompressed ? "Grains are compressed with deflate." : "Grains are not compressed.");
        if (header.DescriptorOffset > 1)
        {
            _checks.Fail(CheckNames.Descriptor, FormattableString.Invariant($"The descriptor stands at sector {header.DescriptorOffset}; readers look for it at sector 1 only."), 28, bytes.Part(28, 8), "oslo.utils; qemu block/vmdk.c");
        }

        _checks.Pass(CheckNames.Header, FormattableString.Invariant($"The header of version {header.Version} is whole."));
    }

    private void JudgeFooter(VmdkSparseHeader header)
    {
        if (header.Directory != VmdkSparseHeader.DirectoryAtEnd)
        {
            _checks.Skip(CheckNames.Footer, "The header names its tables itself; there is no footer.");
            return;
        }

        if (!metadata.IsFooterSeen)
        {
            return;
        }

        if (metadata.Footer is not { Header.Magic: Magic } footer)
        {
            _checks.Fail(CheckNames.Footer, "The header says that a footer follows at the end, and there is none.", 56, reference: References.Vmdk);
            return;
        }

        if (!footer.HasMarker || !footer.HasEndOfStream)
        {
            _checks.Fail(CheckNames.Footer, "The markers around the footer are not right.", footer.Offset - SectorSize, reference: References.Vmdk);
        }

        VmdkSparseHeader end = footer.Header;
        (string Name, ulong First, ulong Second)[] fields =
        [
            ("version", header.Version, end.Version),
            ("flags", header.Flags, end.Flags),
            ("capacity", header.Capacity, end.Capacity),
            ("grain size", header.GrainSize, end.GrainSize),
            ("descriptor's place", header.DescriptorOffset, end.DescriptorOffset),
            ("descriptor's size", header.DescriptorSize, end.DescriptorSize),
            ("grain table's size", header.EntriesPerTable, end.EntriesPerTable),
            ("compression", header.Compression, end.Compression),
        ];
        foreach ((string name, ulong first, ulong second) in fields)
        {
            if (first != second)
            {
                _checks.Fail(CheckNames.Footer, FormattableString.Invariant($"Header and footer differ in the {name}: {first} and {second}."), footer.Offset, reference: References.Vmdk);
            }
        }

        if (end.Directory == VmdkSparseHeader.DirectoryAtEnd)
        {
            _checks.Fail(CheckNames.Footer, "The footer names another footer.", footer.Offset + 56, reference: References.Vmdk);
        }

        _checks.Pass(CheckNames.Footer, "The footer agrees with the header.");
    }

    private void JudgeDirectory(VmdkSparseHeader header)
    {
        VmdkSparseHeader effective = header.Directory == VmdkSparseHeader.DirectoryAtEnd ? metadata.Footer?.Header ?? header : header;
        if (effective.Directory == VmdkSparseHeader.DirectoryAtEnd || header.Tables is not ulong tables)
        {
            return;
        }

        if (tables > MaximumTables)
        {
            _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The capacity needs {tables} grain tables; their directory would be larger than any that is read."), 12, reference: References.Resources);
            return;
        }

        ulong sectors = ((ulong)context.Reader.Length + SectorSize - 1) / SectorSize;
        if (effective.Overhead > sectors)
        {
            _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"Tables and descriptor are said to fill {effective.Overhead} sectors, and the file has {sectors}."), 64, reference: References.Vmdk);
        }

        TableMap map = new(context);
        _ = map.Add("the header", 0, SectorSize);
        bool isGood = AddDirectory(map, "the grain directory", effective.Directory, tables, 56) && JudgeEntries((long)effective.Directory * SectorSize, tables);
        long? redundant = null;
        if (effective.HasRedundantDirectory && effective.RedundantDirectory != 0 && effective.RedundantDirectory != effective.Directory)
        {
            isGood &= AddDirectory(map, "the redundant grain directory", effective.RedundantDirectory, tables, 48);
            redundant = isGood ? (long)effective.RedundantDirectory * SectorSize : null;
        }

        if (isGood && context.IsFull && header.GrainSize <= MaximumGrain && header.EntriesPerTable <= MaximumTableEntries)
        {
            AddText(header, map);
            new VmdkGrainRules(context, effective, map).Walk((long)effective.Directory * SectorSize, redundant, tables);
        }

        _checks.Pass(CheckNames.Tables, context.IsFull ? "Every grain table lies inside the file and points into it." : "The grain directory lies inside the file and points into it.");
    }

    /// <summary>The descriptor's size may be too large by far; its beginning is what nothing may lie on.</summary>
    private void AddText(VmdkSparseHeader header, TableMap map)
    {
        if (header.DescriptorOffset is > 0 and < long.MaxValue / SectorSize && header.DescriptorSize > 0)
        {
            _ = map.Add("the descriptor", header.DescriptorOffset * SectorSize, SectorSize, 28);
        }

        if (metadata.Footer is { } footer)
        {
            _ = map.Add("the footer", (ulong)footer.Offset - SectorSize, 3 * SectorSize, 56);
        }
    }

    private static bool AddDirectory(TableMap map, string name, ulong sector, ulong tables, long field) =>
        map.Add(name, sector > long.MaxValue / SectorSize ? ulong.MaxValue : sector * SectorSize, tables * 4, field);

    private bool JudgeEntries(long directory, ulong tables)
    {
        ulong sectors = ((ulong)context.Reader.Length + SectorSize - 1) / SectorSize;
        return new TableScan(context, TableScan.PieceSize).Words(directory, (long)tables * 4, isBigEndian: false, (entry, place) =>
        {
            if (entry < sectors)
            {
                return true;
            }

            _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A grain table is said to be at sector {entry}, behind the end of the file."), place, reference: References.Vmdk);
            return false;
        });
    }
}
