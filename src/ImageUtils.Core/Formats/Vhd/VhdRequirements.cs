using ImageUtils.Errors;

namespace ImageUtils.Formats.Vhd;

/// <summary>What a VHD must keep to before a byte of its disk is believed. Each breach names the link and the offset.</summary>
internal static class VhdRequirements
{
    /// <summary>The largest VHD, 2040 GiB (specification; qemu VHD_MAX_SECTORS).</summary>
    public const long LargestDisk = 2040L << 30;

    /// <summary>Judges the footer that counts.</summary>
    /// <param name="name">The link.</param>
    /// <param name="footer">The footer.</param>
    /// <param name="offset">Where it stands.</param>
    /// <exception cref="VhdCorruptException">It breaks a rule.</exception>
    public static void RequireFooter(string name, VhdFooter footer, long offset)
    {
        if (footer.IsDisabled)
        {
            throw new VhdCorruptException(name, offset, "it was disabled for a change that did not come to its end (cookie v_poison).")
            {
                RecommendedAction = "Run the merge in place again, which finishes or undoes it; where vhd-util was at work, vhd-util revert does.",
            };
        }

        if (!footer.HasRightChecksum)
        {
            throw new VhdCorruptException(name, offset + 64, FormattableString.Invariant($"the footer's checksum is {footer.Checksum:x8}, and should be {footer.RightChecksum:x8}; no other footer is sound."));
        }

        if (footer.Version != 0x00010000)
        {
            throw new VhdCorruptException(name, offset + 12, FormattableString.Invariant($"version {footer.Version:x8} is not known."));
        }

        if (footer.Type is not (VhdFooter.FixedType or VhdFooter.DynamicType or VhdFooter.DifferencingType))
        {
            throw new VhdCorruptException(name, offset + 60, FormattableString.Invariant($"disk type {footer.Type} is not known."));
        }

        if (footer.CurrentSize > LargestDisk)
        {
            throw new VhdCorruptException(name, offset + 48, FormattableString.Invariant($"it claims a disk of {footer.CurrentSize} bytes, and a VHD holds at most 2040 GiB."));
        }
    }

    /// <summary>Judges the header of a dynamic or differencing disk.</summary>
    /// <param name="name">The link.</param>
    /// <param name="header">The header.</param>
    /// <param name="offset">Where it stands.</param>
    /// <param name="virtualSize">The size of the disk.</param>
    /// <returns>The number of blocks of the disk.</returns>
    /// <exception cref="VhdCorruptException">It breaks a rule.</exception>
    public static int RequireHeader(string name, VhdDynamicHeader header, long offset, long virtualSize)
    {
        if (header.IsTruncated || !header.HasCookie)
        {
            throw new VhdCorruptException(name, offset, "there is no header of a dynamic disk.");
        }

        if (!header.HasRightChecksum)
        {
            throw new VhdCorruptException(name, offset + 36, FormattableString.Invariant($"the header's checksum is {header.Checksum:x8}, and should be {header.RightChecksum:x8}."));
        }

        if (header.Version != 0x00010000)
        {
            throw new VhdCorruptException(name, offset + 24, FormattableString.Invariant($"version {header.Version:x8} of the header is not known."));
        }

        if (header.BlockSize < 512 || !uint.IsPow2(header.BlockSize))
        {
            throw new VhdCorruptException(name, offset + 32, FormattableString.Invariant($"a block of {header.BlockSize} bytes is no power of two."));
        }

        long blocks = (virtualSize + header.BlockSize - 1) / header.BlockSize;
        if (blocks > header.MaximumEntries)
        {
            throw new VhdCorruptException(name, offset + 28, FormattableString.Invariant($"the disk needs {blocks} blocks, and its table has {header.MaximumEntries}."));
        }

        return blocks <= VhdBlockTable.MostEntries
            ? (int)blocks
            : throw new VhdCorruptException(name, offset + 28, FormattableString.Invariant($"a table of {blocks} blocks is larger than any disk needs."));
    }

    /// <summary>Judges where the blocks are: behind nothing else, in the file, and each in a place of its own.</summary>
    /// <param name="name">The link.</param>
    /// <param name="table">The table.</param>
    /// <param name="header">The header.</param>
    /// <param name="headerOffset">Where the header stands.</param>
    /// <param name="end">Where blocks must end: the footer, or the end of the file.</param>
    /// <param name="hasCopy">True where a copy of the footer stands at the beginning.</param>
    /// <exception cref="VhdCorruptException">It breaks a rule.</exception>
    public static void RequireBlocks(string name, VhdBlockTable table, VhdDynamicHeader header, long headerOffset, long end, bool hasCopy)
    {
        long blockBytes = (long)VhdBitmap.SizeOf(header.BlockSize) + header.BlockSize;
        long tableOffset = (long)header.TableOffset;
        if (table.UsedCount > end / blockBytes)
        {
            throw new VhdCorruptException(name, tableOffset, FormattableString.Invariant($"it names {table.UsedCount} blocks, more than the file has room for."));
        }

        (long Start, long End, string Name)[] tables =
        [
            (0, hasCopy ? VhdFooter.Size : 0, "the copy of the footer"),
            (headerOffset, headerOffset + VhdDynamicHeader.Size, "the header"),
            (tableOffset, tableOffset + (table.Count * 4L), "the block table"),
        ];
        long last = -1;
        foreach ((uint sector, int block) in table.InFileOrder())
        {
            long start = sector * 512L;
            long place = tableOffset + (block * 4L);
            if (start + blockBytes > end)
            {
                throw new VhdCorruptException(name, place, FormattableString.Invariant($"block {block} is said to be at 0x{start:x} and ends behind the end of the file's data, 0x{end:x}."));
            }

            foreach ((long tableStart, long tableEnd, string what) in tables)
            {
                if (start < tableEnd && start + blockBytes > tableStart)
                {
                    throw new VhdCorruptException(name, place, FormattableString.Invariant($"block {block} is said to be at 0x{start:x}, which is {what}."));
                }
            }

            if (start < last)
            {
                throw new VhdCorruptException(name, place, FormattableString.Invariant($"block {block} at 0x{start:x} overlaps another block."));
            }

            last = start + blockBytes;
        }
    }
}
