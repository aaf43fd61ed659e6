using ImageUtils.Formats;
using ImageUtils.Formats.Vhdx;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The log of a VHDX: one that must be replayed is reported, one that cannot be is refused.</summary>
internal static class VhdxLogRules
{
    private const int SectorSize = 4096;
    private const int EntryHeaderSize = 64;
    private const int MetadataSectors = 1024;
    private const uint MaximumChecked = 4 * 1024 * 1024;
    private const long MetadataChecked = 256 * 1024;
    private const string Reference = References.Vhdx + " 2.3";

    public static void Judge(VhdxMetadata metadata, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (metadata.Header is not VhdxHeader header)
        {
            return;
        }

        bool isPlaced = header.LogOffset >= VhdxLayout.Alignment
            && header.LogOffset % VhdxLayout.Alignment == 0
            && header.LogLength % VhdxLayout.Alignment == 0
            && context.Reader.Contains(header.LogOffset, header.LogLength);
        if (!isPlaced && (header.LogLength != 0 || metadata.HasLog))
        {
            checks.Fail(CheckNames.Log, FormattableString.Invariant($"The log ({header.LogLength} bytes at 0x{header.LogOffset:x}) does not lie in the file as it must."), header.Offset + 68, reference: Reference);
        }
        else if (metadata.HasLog)
        {
            if (HasEntry(header, context))
            {
                checks.Warn(CheckNames.Log, "The image was not closed cleanly; its log must be replayed before it is read.", header.Offset + 48, reference: Reference);
            }
            else
            {
                checks.Fail(CheckNames.Log, "The header says that the log must be replayed, but the log has no valid entry.", header.Offset + 48, reference: Reference);
            }
        }

        checks.Pass(CheckNames.Log, "There is nothing to be replayed from the log.");
    }

    /// <summary>Looks for an entry that belongs to this log; entries begin on sectors of 4 KiB.</summary>
    private static bool HasEntry(VhdxHeader header, InspectionContext context)
    {
        long sectors = header.LogLength / SectorSize;
        long bound = context.IsFull ? sectors : Math.Min(sectors, MetadataSectors);
        long budget = context.IsFull ? context.Reader.Length : MetadataChecked;
        for (long index = 0; index < bound; index++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            long offset = (long)header.LogOffset + (index * SectorSize);
            ReadOnlySpan<byte> entry = context.Reader.ReadArray(offset, EntryHeaderSize);
            uint length = entry.U32Le(8);
            bool isEntry = entry.HasAt(0, "loge"u8) && length >= SectorSize && length % SectorSize == 0 && length <= header.LogLength && VhdxLayout.ReadGuid(entry, 32) == header.LogId;
            if (!isEntry)
            {
                continue;
            }

            // What is too long to be summed up at this depth is believed.
            budget -= length;
            if (budget < 0 || HasRightChecksum(header, context, index * SectorSize, length))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The log is a ring: an entry may go on at its beginning.</summary>
    private static bool HasRightChecksum(VhdxHeader header, InspectionContext context, long start, uint length)
    {
        if (length > MaximumChecked)
        {
            return true;
        }

        byte[] bytes = new byte[length];
        int first = (int)Math.Min(length, header.LogLength - start);
        _ = context.Reader.Read((long)header.LogOffset + start, bytes.AsSpan(0, first));
        _ = context.Reader.Read((long)header.LogOffset, bytes.AsSpan(first));
        return VhdxLayout.Checksum(bytes) == ((ReadOnlySpan<byte>)bytes).U32Le(4);
    }
}
