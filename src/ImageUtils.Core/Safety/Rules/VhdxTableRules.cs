using ImageUtils.Formats.Vhdx;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The block allocation table of a VHDX.</summary>
internal static class VhdxTableRules
{
    private const ulong Mebibyte = 1 << 20;
    private const uint LargestBlock = 256 << 20;
    private const int StateMask = 7;
    private const int Unmapped = 3;
    private const int FullyPresent = 6;
    private const int PartiallyPresent = 7;
    private const string Reference = References.Vhdx + " 2.5";

    public static void Judge(VhdxMetadata metadata, TableMap map, InspectionContext context)
    {
        // A table for blocks that no VHDX has could be as long as any sparse file.
        if (metadata is { BlockSize: uint odd } && (odd < Mebibyte || odd > LargestBlock || !uint.IsPow2(odd)))
        {
            return;
        }

        if (metadata is not { Table: { } table, BlockSize: > 0 and uint block, DiskSize: > 0 and <= SizeRules.Largest and ulong size, LogicalSector: > 0 and uint sector } || !context.Reader.Contains(table.Offset, table.Length))
        {
            if (metadata.Regions is not null && metadata.Table is null)
            {
                context.Checks.Fail(CheckNames.Tables, "There is no block table.", metadata.Regions.Offset, reference: Reference);
            }

            return;
        }

        // After each chunk of blocks stands an entry for their sector bitmap.
        ulong ratio = Math.Max(1, (1UL << 23) * sector / block);
        ulong blocks = ((size - 1) / block) + 1;
        ulong entries = metadata.HasParent ? ((((blocks - 1) / ratio) + 1) * (ratio + 1)) : blocks + ((blocks - 1) / ratio);
        if (entries > table.Length / 8)
        {
            context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The disk needs {entries} entries in the block table, which has room for {table.Length / 8}."), (long)table.Offset, reference: Reference);
            return;
        }

        JudgeEntries(metadata, table, entries, ratio, map, context);
        context.Checks.Pass(CheckNames.Tables, "The regions lie inside the file and the block table points into it.");
    }

    private static void JudgeEntries(VhdxMetadata metadata, VhdxRegion table, ulong entries, ulong ratio, TableMap map, InspectionContext context)
    {
        ExtentMap blocks = new(context, map, Mebibyte, Reference);
        _ = new TableScan(context, TableScan.PieceSize).LongWords((long)table.Offset, (long)entries * 8, isBigEndian: false, (entry, place) =>
        {
            bool isBitmap = (ulong)(place - (long)table.Offset) / 8 % (ratio + 1) == ratio;
            int state = (int)(entry & StateMask);
            if (state is not (FullyPresent or PartiallyPresent))
            {
                return state <= Unmapped || blocks.Fail(FormattableString.Invariant($"A block is in the state {state}, which is not known."), place);
            }

            if (state == PartiallyPresent && (isBitmap || !metadata.HasParent))
            {
                return blocks.Fail("A block is said to be there in part, and there is no parent to have the rest.", place);
            }

            // Blocks are counted in mebibytes; the first one holds the headers.
            ulong offset = entry >> 20 << 20;
            return offset == 0
                ? blocks.Fail("A block is said to be at 0x0, which is the header.", place)
                : blocks.Take("A block", offset, isBitmap ? Mebibyte : metadata.BlockSize!.Value, place, mayBeCut: false);
        }, blank: 0);
        blocks.Conclude();
    }
}
