using System.Buffers.Binary;
using ImageUtils.Formats.Vhdx;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The block allocation table of a VHDX.</summary>
internal static class VhdxTableRules
{
    private const int ChunkSize = 64 * 1024;
    private const int StateMask = 7;
    private const int FullyPresent = 6;
    private const int PartiallyPresent = 7;
    private const string Reference = References.Vhdx + " 2.5";

    public static void Judge(VhdxMetadata metadata, TableMap map, InspectionContext context)
    {
        if (metadata is not { Table: { } table, BlockSize: > 0 and uint block, DiskSize: > 0 and <= SizeRules.Largest and ulong size, LogicalSector: > 0 and uint sector } || !context.Reader.Contains(table.Offset, table.Length))
        {
            if (metadata.Regions is not null && metadata.Table is null)
            {
                context.Checks.Fail(CheckNames.Tables, "There is no block table.", reference: Reference);
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

        JudgeEntries(table, entries, ratio, map, context);
        context.Checks.Pass(CheckNames.Tables, "The regions lie inside the file and the block table points into it.");
    }

    private static void JudgeEntries(VhdxRegion table, ulong entries, ulong ratio, TableMap map, InspectionContext context)
    {
        long size = (long)entries * 8;
        long bound = context.IsFull ? size : Math.Min(size, ChunkSize);
        UsedUnits used = new();
        for (long done = 0; done < bound; done += ChunkSize)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            byte[] chunk = context.Reader.ReadArray((long)table.Offset + done, (int)Math.Min(ChunkSize, bound - done));
            for (int index = 0; index <= chunk.Length - 8; index += 8)
            {
                ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(chunk.AsSpan(index));
                ulong number = (ulong)(done + index) / 8;
                bool isBitmap = number % (ratio + 1) == ratio;
                int state = (int)(entry & StateMask);
                if (state is not (FullyPresent or PartiallyPresent))
                {
                    continue;
                }

                ulong mebibyte = entry >> 20;
                long place = (long)table.Offset + done + index;
                if (mebibyte == 0 || mebibyte > (ulong)context.Reader.Length >> 20 || mebibyte << 20 >= (ulong)context.Reader.Length || map.Touched(mebibyte << 20, 1) is not null)
                {
                    context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A block is said to be at {mebibyte} MiB, outside of the file, in its headers or in a table."), place, chunk.AsSpan(index, 8), Reference);
                    return;
                }

                if (!isBitmap && !used.Take(mebibyte))
                {
                    context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"Two blocks are said to be at {mebibyte} MiB."), place, chunk.AsSpan(index, 8), Reference);
                    return;
                }
            }
        }
    }
}
