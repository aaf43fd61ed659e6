using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;
using SharpCompress.Compressors.ZStandard;
using SharpCompress.Compressors.ZStandard.Unsafe;

namespace ImageUtils.Safety.Rules;

/// <summary>Opens an xz, a zstd or a bzip2 and judges what is inside: a disk, or an archive of disks.</summary>
internal sealed class CompressedRules(DiskFormat format) : IFormatRules
{
    /// <summary>The memory that unpacking may take: as much as `xz -9` and `zstd -19` make necessary.</summary>
    private const long MostWindow = 64L << 20;
    private const int MostWindowBits = 26;
    private const int ZstdHeader = 18;

    /// <summary>The decoders of xz and bzip2 ask for single bytes.</summary>
    private const int ReadSize = 64 * 1024;

    /// <summary>
    /// These packers make less of nothing than deflate does: 6,850 zeros a byte with xz, 32,000 with zstd, a million with bzip2, so
    /// an empty disk of a few hundred MiB is no bomb. Bytes come out ten times slower, so less is unpacked where an answer is
    /// wanted at once.
    /// </summary>
    private static readonly UnpackingLimits Limits = UnpackingLimits.Default with { MostRatio = 5000, FreeBytes = 1L << 30, SmallUnpacked = 16L << 20 };

    /// <summary>bzip2 gives nothing before a whole block of 900,000 bytes is there, packed.</summary>
    private static readonly UnpackingLimits Bzip2Limits = Limits with { HeadPacked = 928 * 1024 };

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        IImageReader reader = context.Reader;
        ImageFacts facts = new() { Format = format, VirtualSize = reader.IsLengthKnown ? RawRules.SizeOf(reader.Length) : 0, IsVirtualSizeKnown = false };
        XzEnds? ends = format == DiskFormat.Xz && reader.IsLengthKnown ? reader.IfHere(XzEnds.Read) : null;
        if (ends?.Problem is string problem)
        {
            context.Checks.Fail(CheckNames.Container, $"The xz is refused: {problem}.", 0, reference: References.Of(format));
            return facts;
        }

        // The first frame of a zstd tells its own length; there may be others.
        long? first = format == DiskFormat.Zstd && ZstdFrame.ReadContentSize(reader.ReadArray(0, ZstdHeader)) is ulong length ? (long)Math.Min(length, long.MaxValue) : null;
        var content = new PackedContent(context, reader, Open, format.Name)
        {
            Reference = References.Of(format)!,
            MayHoldArchive = true,
            AnnouncedLength = ends?.Unpacked ?? first,
            Limits = format == DiskFormat.Bzip2 ? Bzip2Limits : Limits,
            JudgeEnd = (unpacked, _) => JudgeEnd(unpacked, context),
        };
        return content.Judge()?.Put(facts, ends?.Unpacked) ?? facts;
    }

    private bool JudgeEnd(UnpackedImageReader unpacked, InspectionContext context)
    {
        if (unpacked.Length == 0)
        {
            context.Checks.Fail(CheckNames.Container, $"The {format.Name} holds nothing.", 0, reference: References.Of(format));
        }

        return unpacked.Length > 0;
    }

    private DecodingSequence Open(IImageReader packed) => new(packed, format.Name switch
    {
        "xz" => stream => new XzDecodingStream(new BufferedStream(stream, ReadSize), MostWindow),
        "bzip2" => stream => new Bzip2DecodingStream(new BufferedStream(stream, ReadSize)),
        _ => OpenZstd,
    });

    private static DecompressionStream OpenZstd(Stream packed)
    {
        var decoder = new DecompressionStream(packed, bufferSize: 0, checkEndOfStream: true, leaveOpen: true);
        decoder.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MostWindowBits);
        return decoder;
    }
}
