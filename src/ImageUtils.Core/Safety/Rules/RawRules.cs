using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Content that is the disk itself: nothing to refuse, some things to mention.</summary>
internal sealed class RawRules(DiskFormat format) : IFormatRules
{
    private const int SectorSize = 512;
    private const int PageProbe = 64;

    /// <summary>The size of the disk that these bytes are, in whole sectors as qemu counts them.</summary>
    /// <param name="length">The length of the file.</param>
    /// <returns>The size in bytes.</returns>
    public static long SizeOf(long length) => length > long.MaxValue - SectorSize ? length : (length + SectorSize - 1) / SectorSize * SectorSize;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        CheckList checks = context.Checks;
        bool isLengthKnown = context.Reader.IsLengthKnown;
        if (isLengthKnown)
        {
            JudgeLength(context.Reader.Length, checks);
        }

        JudgeContent(context);
        if (format == DiskFormat.Iso)
        {
            InspectionContext.WhereHere(() => IsoRules.Judge(context));
        }
        else if (format != DiskFormat.Raw)
        {
            InspectionContext.WhereHere(() => PartitionRules.Judge(context));
        }

        return new ImageFacts { Format = format, VirtualSize = isLengthKnown ? SizeOf(context.Reader.Length) : 0, IsVirtualSizeKnown = isLengthKnown };
    }

    private static void JudgeLength(long length, CheckList checks)
    {
        SizeRules.Judge(checks, (ulong)length);
        if (length == 0)
        {
            checks.Warn(CheckNames.VirtualSize, "The file is empty.");
        }
        else if (length % SectorSize != 0)
        {
            checks.Warn(CheckNames.VirtualSize, FormattableString.Invariant($"The file has {length} bytes, no whole number of sectors; a reader fills the last one with zeros."));
        }
    }

    private static void JudgeContent(InspectionContext context)
    {
        ReadOnlySpan<byte> start = context.Reader.ReadArray(0, PageProbe);
        ReadOnlySpan<byte> text = start.TrimStart(" \t\r\n"u8);
        if (IsText(text, "<!doctype html"u8) || IsText(text, "<html"u8) || IsText(text, "<?xml"u8))
        {
            context.Checks.Warn(CheckNames.Content, "The content begins like a page or a message of a server, not like a disk.", 0, start);
        }

        context.Checks.Pass(CheckNames.Content, "The content is taken as it is.");
    }

    private static bool IsText(ReadOnlySpan<byte> text, ReadOnlySpan<byte> expected) =>
        text.Length >= expected.Length && System.Text.Ascii.EqualsIgnoreCase(text[..expected.Length], expected);
}
