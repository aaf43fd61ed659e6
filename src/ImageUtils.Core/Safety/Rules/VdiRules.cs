using ImageUtils.Formats;
using ImageUtils.Formats.Vdi;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a VDI must keep to.</summary>
internal sealed class VdiRules : IFormatRules
{
    private const uint KnownVersion = 0x00010001;
    private const int MetadataMapBytes = 256 * 1024;
    private const uint MaximumBlocks = 0x3FFFFFFF;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(0, VdiHeader.Size);
        VdiHeader header = VdiHeader.Read(bytes);
        CheckList checks = context.Checks;
        if (JudgeHeader(header, bytes, checks))
        {
            JudgeSizes(header, bytes, checks);
            InspectionContext.WhereHere(() => JudgeMap(header, context));
        }

        if (header.HasParentUuid || header.ImageType is not (VdiHeader.DynamicType or VdiHeader.StaticType))
        {
            checks.Fail(CheckNames.Parent, FormattableString.Invariant($"The disk (type {header.ImageType}) is not whole without another one, or of a type that is not known."), 0x4c, bytes.Part(0x4c, 4), References.Vdi);
        }

        checks.Pass(CheckNames.Parent, "The disk has no parent.");
        SizeRules.Judge(checks, header.DiskSize, 0x170);
        return new ImageFacts
        {
            Format = DiskFormat.Vdi,
            VirtualSize = header.DiskSize <= SizeRules.Largest ? ((long)header.DiskSize + 511) / 512 * 512 : long.MaxValue,
            ClusterSize = header.BlockSize == 0 ? null : header.BlockSize,
        };
    }

    private static bool JudgeHeader(VdiHeader header, ReadOnlySpan<byte> bytes, CheckList checks)
    {
        if (header.IsTruncated)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The file ends inside the header, at byte {bytes.Length}."), 0, bytes, References.Vdi);
            return false;
        }

        if (header.Version != KnownVersion)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {header.Version >> 16}.{header.Version & 0xffff} is not known."), 0x44, bytes.Part(0x44, 4), References.Vdi);
        }

        if (header.SectorSize != 512)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"A sector of {header.SectorSize} bytes is not allowed."), 0x168, bytes.Part(0x168, 4), References.Vdi);
        }

        if (header.MapOffset % 512 != 0 || header.DataOffset % 512 != 0)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The block map at 0x{header.MapOffset:x} and the data at 0x{header.DataOffset:x} must begin on sectors."), 0x154, bytes.Part(0x154, 8), References.Vdi);
        }

        if (header.BlockSize < 512 || !uint.IsPow2(header.BlockSize))
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"A block of {header.BlockSize} bytes is not allowed."), 0x178, bytes.Part(0x178, 4), References.Vdi);
            return false;
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        return true;
    }

    private static void JudgeSizes(VdiHeader header, ReadOnlySpan<byte> bytes, CheckList checks)
    {
        ulong needed = header.DiskSize == 0 ? 0 : ((header.DiskSize - 1) / header.BlockSize) + 1;
        if (needed > header.Blocks)
        {
            checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"The disk needs {needed} blocks, and the header has {header.Blocks}."), 0x170, bytes.Part(0x170, 20), References.Vdi);
        }

        if (header.Allocated > header.Blocks)
        {
            checks.Fail(CheckNames.Tables, FormattableString.Invariant($"{header.Allocated} of {header.Blocks} blocks are said to be in use."), 0x184, bytes.Part(0x180, 8), References.Vdi);
        }

        if (header.DiskSize % 512 != 0)
        {
            checks.Warn(CheckNames.VirtualSize, FormattableString.Invariant($"The virtual size of {header.DiskSize} bytes is no multiple of 512."), 0x170, bytes.Part(0x170, 8), References.Vdi);
        }
    }

    private static void JudgeMap(VdiHeader header, InspectionContext context)
    {
        TableMap map = new(context);
        _ = map.Add("the header", 0, VdiHeader.Size);
        bool isPlaced = header.Blocks <= MaximumBlocks && map.Add("the block map", header.MapOffset, (ulong)header.Blocks * 4, 0x154);
        if (header.Blocks > MaximumBlocks)
        {
            context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"{header.Blocks} blocks are more than a disk can have."), 0x180, reference: References.Resources);
        }

        if (isPlaced && (header.DataOffset > context.Reader.Length || map.Touched(header.DataOffset, 1) is not null))
        {
            context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The data are said to begin at 0x{header.DataOffset:x}, in a table or behind the end of the file."), 0x158, reference: References.Vdi);
        }
        else if (isPlaced)
        {
            JudgeEntries(header, context);
        }

        context.Checks.Pass(CheckNames.Tables, "The block map lies inside the file and points into it.");
    }

    private static void JudgeEntries(VdiHeader header, InspectionContext context)
    {
        UsedUnits used = new();
        _ = new TableScan(context, MetadataMapBytes).Words(header.MapOffset, header.Blocks * 4L, isBigEndian: false, (block, place) =>
        {
            if (block is VdiHeader.UnallocatedBlock or VdiHeader.ZeroBlock)
            {
                return true;
            }

            ulong start = header.DataOffset + (block * ((ulong)header.BlockSize + header.BlockExtra));
            if (block >= header.Blocks || !context.Reader.Contains(start, (ulong)header.BlockSize + header.BlockExtra))
            {
                context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A block is said to be number {block} in the file, behind its end."), place, reference: References.Vdi);
                return false;
            }

            if (!used.Take(block))
            {
                context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"Block {block} of the file is used twice."), place, reference: References.Vdi);
                return false;
            }

            return true;
        }, blank: 0xff);
        if (used.IsFull)
        {
            context.Checks.Warn(CheckNames.Tables, "The image has more blocks than are kept in memory; not every overlap could be seen.", reference: References.Resources);
        }
    }
}
