using System.Buffers.Binary;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The header and the block table of a dynamic or differencing VHD.</summary>
internal sealed class VhdTableRules(InspectionContext context, VhdMetadata metadata)
{
    private const uint Unallocated = 0xFFFFFFFF;
    private const int SectorSize = 512;
    private const int ChunkSize = 64 * 1024;
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
        long size = header.MaximumEntries * 4L;
        long bound = context.IsFull ? size : Math.Min(size, MetadataTableBytes);
        List<(ulong Start, long Place)> blocks = [];
        ulong blockBytes = (ulong)header.BitmapSize + header.BlockSize;
        ulong mostBlocks = ((ulong)context.Reader.Length / blockBytes) + 1;
        for (long done = 0; done < bound; done += ChunkSize)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            long chunkOffset = (long)header.TableOffset + done;
            byte[] chunk = context.Reader.ReadArray(chunkOffset, (int)Math.Min(ChunkSize, bound - done));
            for (int index = 0; index <= chunk.Length - 4; index += 4)
            {
                uint sector = BinaryPrimitives.ReadUInt32BigEndian(chunk.AsSpan(index));
                if (sector == Unallocated)
                {
                    continue;
                }

                ulong start = (ulong)sector * SectorSize;
                if (!JudgeBlock(start, (ulong)header.BitmapSize, map, chunkOffset + index))
                {
                    return;
                }

                blocks.Add((start, chunkOffset + index));
                if ((ulong)blocks.Count > mostBlocks)
                {
                    _checks.Fail(CheckNames.Tables, "There are more blocks than the file has room for; some share their place.", chunkOffset + index, reference: References.Vhd);
                    return;
                }
            }
        }

        JudgeOverlap(blocks, blockBytes);
    }

    private bool JudgeBlock(ulong start, ulong bitmap, TableMap map, long place)
    {
        if (!context.Reader.Contains(start, bitmap))
        {
            _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A block is said to be at 0x{start:x}, behind the end of the file."), place, reference: References.Vhd);
            return false;
        }

        if (map.Touched(start, bitmap) is string table)
        {
            _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A block is said to be at 0x{start:x}, which is {table}."), place, reference: References.Vhd);
            return false;
        }

        return true;
    }

    private void JudgeOverlap(List<(ulong Start, long Place)> blocks, ulong blockBytes)
    {
        blocks.Sort();
        for (int index = 1; index < blocks.Count; index++)
        {
            if (blocks[index].Start - blocks[index - 1].Start < blockBytes)
            {
                _checks.Fail(CheckNames.Tables, FormattableString.Invariant($"Two blocks overlap at 0x{blocks[index].Start:x}."), blocks[index].Place, reference: References.Vhd);
                return;
            }
        }
    }
}
