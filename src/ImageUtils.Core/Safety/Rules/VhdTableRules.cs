using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The header and the block table of a dynamic or differencing VHD.</summary>
internal sealed class VhdTableRules(InspectionContext context, VhdMetadata metadata)
{
    private const uint Unallocated = 0xFFFFFFFF;
    private const int SectorSize = 512;
    private const int MetadataTableBytes = 256 * 1024;
    private const ulong MaximumTableBytes = 64 * 1024 * 1024;

    private readonly CheckList _checks = context.Checks;

    public void Judge()
    {
        ulong dataOffset = metadata.Effective.DataOffset;
        if (metadata.Header is not { IsTruncated: false, HasCookie: true } header)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"There is no header of a dynamic disk at 0x{dataOffset:x}."), metadata.EffectiveOffset + 16, reference: References.Vhd);
            return;
        }

        if (!header.HasRightChecksum)
        {
            _checks.Fail(CheckNames.Checksum, FormattableString.Invariant($"The header's checksum is {header.Checksum:x8}, and should be {header.RightChecksum:x8}."), (long)dataOffset + 36, reference: References.Vhd);
        }

        if (header.BlockSize < SectorSize || !uint.IsPow2(header.BlockSize))
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"A block of {header.BlockSize} bytes is not allowed."), (long)dataOffset + 32, reference: References.Vhd);
            return;
        }

        JudgeTable(header);
        _checks.Pass(CheckNames.Tables, "The block table lies inside the file and points into it.");
    }

    private void JudgeTable(VhdDynamicHeader header)
    {
        ulong needed = (metadata.Effective.CurrentSize / header.BlockSize) + (metadata.Effective.CurrentSize % header.BlockSize == 0 ? 0u : 1u);
        if (header.MaximumEntries < needed)
        {
            _checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"The disk needs {needed} blocks, and its table has {header.MaximumEntries}."), (long)metadata.Effective.DataOffset + 28, reference: References.Vhd);
        }

        TableMap map = new(context);
        if (metadata.Copy is not null)
        {
            _ = map.Add("the copy of the footer", 0, VhdFooter.Size);
        }

        bool isHeaderGood = map.Add("the header", metadata.Effective.DataOffset, VhdDynamicHeader.Size, metadata.EffectiveOffset + 16);
        ulong tableBytes = (ulong)header.MaximumEntries * 4;
        if (tableBytes > MaximumTableBytes)
        {
            _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The block table of {header.MaximumEntries} entries is larger than any disk needs."), (long)metadata.Effective.DataOffset + 28, reference: References.Resources);
        }
        else if (isHeaderGood && map.Add("the block table", header.TableOffset, tableBytes, (long)metadata.Effective.DataOffset + 16))
        {
            if (metadata.Footer is not null)
            {
                _ = map.Add("the footer", (ulong)metadata.FooterOffset, (ulong)(context.Reader.Length - metadata.FooterOffset));
            }

            JudgeEntries(header, map);
        }
    }

    private void JudgeEntries(VhdDynamicHeader header, TableMap map)
    {
        ulong blockBytes = (ulong)header.BitmapSize + header.BlockSize;
        ExtentMap blocks = new(context, map, SectorSize, References.Vhd);
        _ = new TableScan(context, MetadataTableBytes).Words((long)header.TableOffset, header.MaximumEntries * 4L, isBigEndian: true, (sector, place) =>
        {
            ulong start = (ulong)sector * SectorSize;
            if (sector == Unallocated)
            {
                return true;
            }

            // The bitmap must be whole; what is missing of the data behind it was never written.
            return context.Reader.Contains(start, (ulong)header.BitmapSize)
                ? blocks.Take("A block", start, Room(map, start, (ulong)header.BitmapSize, blockBytes), place)
                : blocks.Fail(FormattableString.Invariant($"A block is said to be at 0x{start:x}, behind the end of the file."), place);
        }, blank: 0xff);
        blocks.Conclude();
    }

    /// <summary>The footer at the end may stand where data of the last block were never written.</summary>
    private ulong Room(TableMap map, ulong start, ulong bitmap, ulong block) =>
        metadata.Footer is not null && start < (ulong)metadata.FooterOffset && map.Touched(start, bitmap) is null
            ? Math.Min(block, (ulong)metadata.FooterOffset - start)
            : block;
}
