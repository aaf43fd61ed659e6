using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Opens a gzip and judges what is inside: a disk, or an archive of disks.</summary>
internal sealed class GzipRules : IFormatRules
{
    private const int TrailerSize = 4;
    private const int ChunkSize = 64 * 1024;
    private const long DeflateRatio = 1032;
    private const string Reference = "RFC 1952";

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        IImageReader reader = context.Reader;
        ImageFacts facts = new() { Format = DiskFormat.Gzip, VirtualSize = reader.IsLengthKnown ? RawRules.SizeOf(reader.Length) : 0, IsVirtualSizeKnown = false };
        if (!JudgeHeader(context))
        {
            return facts;
        }

        var content = new PackedContent(context, reader, packed => new InflatingSequence(packed, DeflateFraming.Gzip), "gzip")
        {
            Reference = Reference,
            MayHoldArchive = true,
            AnnouncedLength = AnnouncedLength(reader),
            JudgeEnd = (unpacked, packed) => JudgeEnd(unpacked, packed, context),
        };
        if (content.Judge() is not InnerImage inner)
        {
            return facts;
        }

        return inner.Put(facts, AnnouncedLength(reader));
    }

    private static bool JudgeHeader(InspectionContext context)
    {
        ReadOnlySpan<byte> head = context.Reader.ReadArray(0, GzipHeader.MaximumSize);
        GzipHeader header = GzipHeader.Read(head);
        if (header.Problem is string problem)
        {
            context.Checks.Fail(CheckNames.Container, $"The gzip has {problem}.", 3, head.Part(3, 1), Reference);
            return false;
        }

        // A name is a name of a file, without folders (section 2.3.1); gzip -N would follow it.
        if (header.Name is string name && (name.StartsWith('/') || name.Split('/', '\\').Contains("..", StringComparer.Ordinal)))
        {
            context.Checks.Fail(CheckNames.Container, $"The gzip names a file ('{ImageText.Show(name)}') that would leave the folder it is unpacked to.", 10, reference: Reference + "; CWE-22");
        }

        return true;
    }

    private static bool JudgeEnd(UnpackedImageReader unpacked, IImageReader packed, InspectionContext context)
    {
        if (unpacked.Length == 0)
        {
            context.Checks.Fail(CheckNames.Container, "The gzip holds nothing.", 0, reference: Reference);
            return false;
        }

        long end = unpacked.Packed;
        if (end == packed.Length)
        {
            return true;
        }

        ReadOnlySpan<byte> behind = packed.ReadArray(end, 32);
        if (packed.Length - end <= UnpackingLimits.MostPadding && IsZero(packed, end))
        {
            context.Checks.Warn(CheckNames.Container, "Zeros follow the end of the gzip.", end, reference: Reference);
            return true;
        }

        string what = FormattableString.Invariant($"something was appended behind its end, or its length lies ({packed.Length - end} bytes)");
        context.Checks.Fail(CheckNames.Container, $"The gzip is refused: {what}.", end, behind, Reference);
        return false;
    }

    private static bool IsZero(IImageReader packed, long position)
    {
        for (; position < packed.Length; position += ChunkSize)
        {
            if (!((ReadOnlySpan<byte>)packed.ReadArray(position, ChunkSize)).IsZero())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The length at the end counts modulo 4 GiB, so it is one only where more could not come out. It is taken for a size to
    /// show and for the ratio; the content is never cut to it.
    /// </summary>
    private static long? AnnouncedLength(IImageReader reader)
    {
        if (!reader.IsLengthKnown || reader.Length > uint.MaxValue / DeflateRatio || !reader.Has(reader.Length - TrailerSize, TrailerSize))
        {
            return null;
        }

        uint length = ((ReadOnlySpan<byte>)reader.ReadArray(reader.Length - TrailerSize, TrailerSize)).U32Le(0);
        return length >= UnpackingLimits.HeadSize ? length : null;
    }
}
