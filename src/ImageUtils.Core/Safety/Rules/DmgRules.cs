using ImageUtils.Formats;
using ImageUtils.Formats.Dmg;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What the trailer of an Apple disk image must keep to.</summary>
internal sealed class DmgRules : IFormatRules
{
    private const string Reference = "qemu block/dmg.c";

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        long offset = Math.Max(0, context.Reader.Length - DmgTrailer.Size);
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(offset, DmgTrailer.Size);
        DmgTrailer trailer = DmgTrailer.Read(bytes);
        CheckList checks = context.Checks;
        if (trailer.Version != 4 || trailer.HeaderSize != DmgTrailer.Size)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"A trailer of version {trailer.Version} and {trailer.HeaderSize} bytes is not known."), offset + 4, bytes.Part(4, 8), Reference);
        }

        checks.Pass(CheckNames.Header, "The trailer is whole.");
        JudgeRange("data", trailer.DataForkOffset, trailer.DataForkLength, offset + 24, context);
        JudgeRange("resource list", trailer.ResourceOffset, trailer.ResourceLength, offset + 40, context);
        JudgeRange("property list", trailer.PropertiesOffset, trailer.PropertiesLength, offset + 0xd8, context);
        if (trailer.ResourceLength == 0 && trailer.PropertiesLength == 0)
        {
            checks.Fail(CheckNames.Tables, "The image has no list of its blocks.", offset + 0xd8, reference: Reference);
        }

        checks.Pass(CheckNames.Tables, "Data and lists lie inside the file.");
        bool isPossible = trailer.Sectors <= SizeRules.Largest / 512;
        SizeRules.Judge(checks, isPossible ? trailer.Sectors * 512 : null, offset + 0x1ec);
        return new ImageFacts { Format = DiskFormat.Dmg, VirtualSize = isPossible ? (long)trailer.Sectors * 512 : long.MaxValue };
    }

    private static void JudgeRange(string what, ulong start, ulong length, long field, InspectionContext context)
    {
        if (length != 0 && !context.Reader.Contains(start, length))
        {
            context.Checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The {what} ({length} bytes at 0x{start:x}) leaves the file."), field, reference: Reference);
        }
    }
}
