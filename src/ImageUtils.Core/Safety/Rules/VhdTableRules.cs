using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The header and the block table of a dynamic or differencing VHD.</summary>
internal sealed class VhdTableRules(InspectionContext context, VhdMetadata metadata)
{
    private const uint Unallocated = 0xFFFFFFFF;
    private const uint KnownVersion = 0x00010000;
    private const uint SmallestOfQemu = 4096;
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

        if (header.Version != KnownVersion)
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {header.Version:x8} of the header is not known."), (long)dataOffset + 24, reference: References.Vhd);
        }

        if (header.BlockSize < SectorSize || !uint.IsPow2(header.BlockSize))
        {
            _checks.Fail(CheckNames.Header, FormattableString.Invariant($"A block of {header.BlockSize} bytes is not allowed."), (long)dataOffset + 32, reference: References.Vhd);
            return;
        }

        if (header.BlockSize < SmallestOfQemu)
        {
            _checks.Warn(CheckNames.Header, FormattableString.Invariant($"Blocks have {header.BlockSize} bytes; qemu reads those below {SmallestOfQemu} wrongly."), (long)dataOffset + 32, reference: "qemu block/vpc.c");
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

            return blocks.Take("A block", start, blockBytes, place, mayBeCut: false);
        }, blank: 0xff);
        blocks.Conclude();
    }
}
