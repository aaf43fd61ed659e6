using System.IO.Compression;
using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Opens a gzip in memory, up to a bound, and judges what is inside.</summary>
internal sealed class GzipRules : IFormatRules
{
    private const int MetadataPacked = 640 * 1024;
    private const int FullPacked = 64 * 1024 * 1024;
    private const int MaximumUnpacked = 32 * 1024 * 1024;
    private const int ChunkSize = 64 * 1024;
    private const string Reference = "RFC 1952";

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ImageFacts facts = new() { Format = DiskFormat.Gzip, VirtualSize = RawRules.SizeOf(context.Reader.Length) };
        if (context.Reader.Length > (context.IsFull ? FullPacked : MetadataPacked))
        {
            context.Checks.Fail(CheckNames.Container, "The image is packed (gzip) and too large to be opened at this depth; what is inside cannot be judged without opening it.", 0);
            return facts;
        }

        byte[]? content = Unpack(context);
        if (content is null)
        {
            return facts;
        }

        using MemoryImageReader inner = new(content, context.Reader.Name);
        ImageFacts innerFacts = InnerImage.Judge(inner, "The content", null, context);
        return facts with { VirtualSize = innerFacts.VirtualSize };
    }

    private static byte[]? Unpack(InspectionContext context)
    {
        using MemoryStream unpacked = new();
        byte[] chunk = new byte[ChunkSize];
        try
        {
            using ImageReaderStream packed = new(context.Reader, isOwner: false);
            using GZipStream stream = new(packed, CompressionMode.Decompress);
            for (int count = stream.Read(chunk); count > 0; count = stream.Read(chunk))
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                unpacked.Write(chunk, 0, count);
                if (unpacked.Length > MaximumUnpacked)
                {
                    context.Checks.Fail(CheckNames.Container, FormattableString.Invariant($"The image unpacks to more than {MaximumUnpacked} bytes; what is inside cannot be judged without opening it on disk."), 0, reference: References.Resources);
                    return null;
                }
            }
        }
        catch (InvalidDataException)
        {
            // The runtime's text speaks of an archive and a method whatever is wrong.
            context.Checks.Fail(CheckNames.Container, "The gzip is damaged: its data, its checksum or its length are wrong, or it was cut.", 0, reference: Reference);
            return null;
        }

        return IsWhole(context, unpacked) ? unpacked.ToArray() : null;
    }

    /// <summary>The last eight bytes of a single member are its checksum and its length; a cut file has others.</summary>
    private static bool IsWhole(InspectionContext context, MemoryStream unpacked)
    {
        ReadOnlySpan<byte> trailer = context.Reader.ReadArray(Math.Max(0, context.Reader.Length - 4), 4);
        if (trailer.U32Le(0) == (uint)unpacked.Length)
        {
            return true;
        }

        context.Checks.Fail(CheckNames.Container, "The length at the end of the gzip is not that of its content: it was cut, something was appended, or it lies.", Math.Max(0, context.Reader.Length - 4), trailer, Reference);
        return false;
    }
}
