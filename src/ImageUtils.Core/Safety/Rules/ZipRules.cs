using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Opens a zip of one file and judges what is inside.</summary>
internal sealed class ZipRules : IFormatRules
{
    private const int ChunkSize = 64 * 1024;
    private const string Reference = "PKWARE APPNOTE 6.3; CWE-22, CWE-59, CWE-409";

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ImageFacts facts = new() { Format = DiskFormat.Zip, VirtualSize = RawRules.SizeOf(context.Reader.Length), IsVirtualSizeKnown = false };
        ZipListing listing = ZipListing.Read(context.Reader);
        CheckList checks = context.Checks;
        checks.Fail(CheckNames.Container, listing.Defects, Reference);
        foreach (FormatDefect oddity in listing.Oddities)
        {
            checks.Warn(CheckNames.Container, oddity.Reason, oddity.Offset, reference: Reference);
        }

        bool isGood = JudgeEntries(listing, checks) && listing.Defects.Count == 0;
        ZipEntry[] files = listing.Entries.Where(entry => !entry.IsFolder).ToArray();
        if (listing.Defects.Count == 0 && files.Length != 1)
        {
            checks.Fail(CheckNames.Container, FormattableString.Invariant($"The archive holds {files.Length} files; which of them is the image cannot be judged."), reference: Reference);
            return facts;
        }

        return isGood ? JudgeFile(files[0], listing.Data[files[0]], context)?.Put(facts, (long)Math.Min(files[0].Unpacked, long.MaxValue)) ?? facts : facts;
    }

    private static bool JudgeEntries(ZipListing listing, CheckList checks)
    {
        bool isGood = true;
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (ZipEntry entry in listing.Entries)
        {
            string shown = ImageText.Show(entry.Name);
            string? problem =
                entry.IsEncrypted ? "is encrypted"
                : entry.IsSpecial ? "is no regular file (a link or a device)"
                : entry.IsFolder && entry.Unpacked > 0 ? "is a folder with data"
                : entry.Disk != 0 ? "is on another disk"
                : !MemberName.IsPlain(entry.Name) ? "would leave the folder it is unpacked to"
                : !names.Add(MemberName.Normalize(entry.Name)) ? "is there twice"
                : entry.Method is not (ZipEntry.Stored or ZipEntry.Deflated) ? FormattableString.Invariant($"is packed by a method ({entry.Method}) that is not opened; what is inside cannot be judged")
                : entry.Method == ZipEntry.Stored && entry.Packed != entry.Unpacked ? "is stored as it is, and has two sizes"
                : null;
            if (problem is not null)
            {
                isGood = false;
                checks.Fail(CheckNames.Container, $"The member '{shown}' {problem}.", entry.Offset, reference: Reference);
            }
        }

        return isGood;
    }

    private static InnerImage? JudgeFile(ZipEntry entry, long offset, InspectionContext context)
    {
        using SliceImageReader data = new(context.Reader, offset, (long)entry.Packed, context.Reader.Name);
        if (entry.Unpacked == 0)
        {
            context.Checks.Fail(CheckNames.Container, "The archive holds an empty file.", entry.Offset, reference: Reference);
            return null;
        }

        if (entry.Method == ZipEntry.Stored)
        {
            return JudgeStored(entry, data, context);
        }

        var content = new PackedContent(context, data, packed => new InflatingSequence(packed, DeflateFraming.None), "zip")
        {
            Reference = Reference,
            AnnouncedLength = (long)Math.Min(entry.Unpacked, long.MaxValue),
            PromisedLength = (long)Math.Min(entry.Unpacked, long.MaxValue),
            JudgeEnd = (unpacked, _) => JudgeEnd(entry, unpacked.Packed, unpacked.Length, unpacked.Checksum, context),
        };
        return content.Judge();
    }

    private static InnerImage? JudgeStored(ZipEntry entry, SliceImageReader stored, InspectionContext context)
    {
        bool isSmall = stored.Length <= UnpackingLimits.Default.HeadPacked;
        IImageReader data = isSmall ? new MemoryImageReader(stored.ReadArray(0, (int)stored.Length), stored.Name) : stored;
        if (context.IsFull || isSmall)
        {
            uint checksum = 0;
            for (long position = 0; position < data.Length; position += ChunkSize)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                checksum = Crc32.Append(checksum, data.ReadArray(position, ChunkSize));
            }

            if (!JudgeEnd(entry, data.Length, data.Length, checksum, context))
            {
                return null;
            }
        }
        else
        {
            context.Checks.Warn(CheckNames.Container, "The checksum of the file in the zip was not looked at; -Depth Full looks at it.");
        }

        return InnerImage.Judge(data, "The content", null, context);
    }

    private static bool JudgeEnd(ZipEntry entry, long packed, long unpacked, uint checksum, InspectionContext context)
    {
        if (packed == (long)entry.Packed && unpacked == (long)entry.Unpacked && checksum == entry.Crc)
        {
            return true;
        }

        context.Checks.Fail(
            CheckNames.Container,
            FormattableString.Invariant($"The zip says {entry.Packed} packed bytes, {entry.Unpacked} unpacked ones and the checksum {entry.Crc:x8}; they are {packed}, {unpacked} and {checksum:x8}."),
            entry.Offset,
            reference: Reference);
        return false;
    }
}
