using System.Numerics;
using ImageUtils.Formats;
using ImageUtils.Formats.Partitions;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Oddities of MBR and GPT. The table is the guest's data, so they are mentioned and never refused.</summary>
internal static class PartitionRules
{
    private const int TableOffset = 446;
    private const int SectorSize = 512;
    private const uint FirstSectorAddress = 0x000200;
    private const uint MaximumEntries = 1024;
    private const uint Polynomial = 0xEDB88320;

    private static readonly int[] SectorSizes = [512, 4096];

    public static void Judge(InspectionContext context)
    {
        byte[] sector = context.Reader.ReadArray(0, SectorSize);
        PartitionEntry[] entries = PartitionSignature.ReadEntries(sector);
        bool isProtective = entries.Any(entry => entry.Type == PartitionEntry.ProtectiveType);
        if (isProtective)
        {
            JudgeProtective(entries, context);
            JudgeGpt(context);
        }
        else
        {
            JudgeEntries(entries, context);
        }

        context.Checks.Pass(CheckNames.PartitionTable, "The partition table is in order.");
    }

    private static void JudgeEntries(PartitionEntry[] entries, InspectionContext context)
    {
        ulong sectors = ((ulong)context.Reader.Length + SectorSize - 1) / SectorSize;
        for (int index = 0; index < entries.Length; index++)
        {
            PartitionEntry entry = entries[index];
            long place = TableOffset + (index * PartitionEntry.Size);
            if (entry.IsEmpty)
            {
                continue;
            }

            if (entry.Status is not (0 or 0x80))
            {
                Warn(context, FormattableString.Invariant($"Partition {index + 1} has the boot flag 0x{entry.Status:x2}."), place);
            }

            if ((ulong)entry.FirstSector + entry.Sectors > sectors)
            {
                Warn(context, FormattableString.Invariant($"Partition {index + 1} ends behind the end of the disk."), place);
            }

            for (int other = 0; other < index; other++)
            {
                PartitionEntry before = entries[other];
                bool overlaps = !before.IsEmpty && entry.FirstSector < (ulong)before.FirstSector + before.Sectors && before.FirstSector < (ulong)entry.FirstSector + entry.Sectors;
                if (overlaps)
                {
                    Warn(context, FormattableString.Invariant($"Partitions {other + 1} and {index + 1} overlap."), place);
                }
            }
        }
    }

    private static void JudgeProtective(PartitionEntry[] entries, InspectionContext context)
    {
        ulong sectors = ((ulong)context.Reader.Length + SectorSize - 1) / SectorSize;
        PartitionEntry entry = entries.First(candidate => candidate.Type == PartitionEntry.ProtectiveType);
        if (entry.FirstSector != 1)
        {
            Warn(context, FormattableString.Invariant($"The protective partition begins at sector {entry.FirstSector}, not at 1."), TableOffset);
        }

        if (entry.FirstAddress != FirstSectorAddress)
        {
            Warn(context, "The protective partition does not begin at 0/0/2.", TableOffset);
        }

        if (entry.Sectors != uint.MaxValue && (ulong)entry.Sectors + 1 != sectors)
        {
            Warn(context, FormattableString.Invariant($"The protective partition covers {entry.Sectors} sectors of {sectors}."), TableOffset);
        }

        if (entries.Count(candidate => !candidate.IsEmpty) > 1)
        {
            Warn(context, "There are partitions beside the protective one.", TableOffset);
        }
    }

    private static void JudgeGpt(InspectionContext context)
    {
        foreach (int size in SectorSizes)
        {
            ReadOnlySpan<byte> header = context.Reader.ReadArray(size, 92);
            if (!header.HasAt(0, "EFI PART"u8))
            {
                continue;
            }

            uint entries = header.U32Le(80);
            uint entrySize = header.U32Le(84);
            if (header.U32Le(12) == 92 && header.U32Le(16) != Checksum(header))
            {
                Warn(context, "The checksum of the GPT header is wrong.", size + 16);
            }

            if (entries > MaximumEntries || entrySize < 128 || !BitOperations.IsPow2(entrySize))
            {
                Warn(context, FormattableString.Invariant($"The GPT has {entries} entries of {entrySize} bytes."), size + 80);
            }

            if (size != SectorSize)
            {
                Warn(context, FormattableString.Invariant($"The GPT is one for sectors of {size} bytes."), size);
            }

            return;
        }

        Warn(context, "There is a protective partition, but no GPT header.", SectorSize);
    }

    /// <summary>CRC-32 of the header with its own checksum taken as zero (UEFI 5.3.2).</summary>
    private static uint Checksum(ReadOnlySpan<byte> header)
    {
        uint crc = uint.MaxValue;
        for (int index = 0; index < header.Length; index++)
        {
            crc ^= index is >= 16 and < 20 ? (byte)0 : header[index];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? Polynomial : 0);
            }
        }

        return ~crc;
    }

    private static void Warn(InspectionContext context, string reason, long offset) => context.Checks.Warn(CheckNames.PartitionTable, reason, offset, reference: "oslo.utils gpt inspector; UEFI 5");
}
