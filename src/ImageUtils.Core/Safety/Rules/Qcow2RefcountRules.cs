using ImageUtils.Formats.Qcow2;

namespace ImageUtils.Safety.Rules;

/// <summary>The reference counts of a qcow2 image, held against what is used (qcow2.txt, "Host cluster management").</summary>
internal sealed class Qcow2RefcountRules(InspectionContext context, Qcow2Header header, Qcow2Clusters clusters)
{
    private const ulong OffsetMask = ~0x1FFUL;

    /// <summary>
    /// Looks for clusters that are used and counted as free: the next program to write into the image would write over
    /// them. Reading is not harmed, so this is a warning; an image that was not closed is to be counted anew anyway.
    /// </summary>
    public void Judge()
    {
        if ((header.Incompatible & Qcow2Header.DirtyBit) != 0 || header.RefcountOrder > 6)
        {
            return;
        }

        TableScan tables = new(context, 0);
        TableScan blocks = new(context, 0);
        int bits = 1 << (int)header.RefcountOrder;
        ulong ofBlock = (ulong)header.ClusterSize * 8 / (ulong)bits;
        ulong index = 0;
        _ = tables.LongWords((long)header.RefcountOffset, header.RefcountClusters * header.ClusterSize, isBigEndian: true, (entry, _) =>
        {
            ulong first = index++ * ofBlock;
            return (entry & OffsetMask) == 0 || JudgeBlock(blocks, (long)(entry & OffsetMask), first, bits);
        });
    }

    private bool JudgeBlock(TableScan blocks, long block, ulong first, int bits)
    {
        ulong cluster = first;
        return bits >= 8
            ? blocks.Entries(block, header.ClusterSize, bits / 8, (entry, place) => JudgeCount(entry.ContainsAnyExcept((byte)0), cluster++, place))
            : blocks.Entries(block, header.ClusterSize, 1, (entry, place) =>
            {
                // Counts narrower than a byte begin with the lowest bits (qcow2.txt, "Refcount block").
                for (int shift = 0; shift < 8; shift += bits)
                {
                    if (!JudgeCount(((entry[0] >> shift) & ((1 << bits) - 1)) != 0, cluster++, place))
                    {
                        return false;
                    }
                }

                return true;
            });
    }

    private bool JudgeCount(bool isCounted, ulong cluster, long place)
    {
        if (isCounted || !clusters.IsUsed(cluster))
        {
            return true;
        }

        context.Checks.Warn(CheckNames.Tables, FormattableString.Invariant($"The cluster at 0x{cluster * (ulong)header.ClusterSize:x} is used, and counted as free; a program that writes into the image may write over it."), place, reference: References.Qcow2);
        return false;
    }
}
