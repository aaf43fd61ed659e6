using ImageUtils.Formats;
using ImageUtils.Formats.Cloop;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a compressed loop image must keep to.</summary>
internal sealed class CloopRules : IFormatRules
{
    private const string Reference = "qemu block/cloop.c";
    private const uint MaximumBlock = 64 * 1024 * 1024;
    private const ulong MaximumTable = 512 * 1024 * 1024;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(0, CloopHeader.Size);
        CloopHeader header = CloopHeader.Read(bytes);
        CheckList checks = context.Checks;
        if (header.IsTruncated || header.BlockSize is 0 or > MaximumBlock || header.BlockSize % 512 != 0)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The header is cut off, or its block of {header.BlockSize} bytes is not allowed."), 128, bytes.Part(128, 8), Reference);
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        ulong table = ((ulong)header.Blocks + 1) * 8;
        if (table > MaximumTable)
        {
            checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A table of {header.Blocks} blocks is larger than any that is read."), 132, reference: References.Resources);
        }
        else
        {
            _ = new TableMap(context).Add("the block table", CloopHeader.Size, table, 132);
        }

        checks.Pass(CheckNames.Tables, "The block table lies inside the file.");
        ulong size = (ulong)header.Blocks * header.BlockSize;
        SizeRules.Judge(checks, size, 128);
        return new ImageFacts { Format = DiskFormat.Cloop, VirtualSize = (long)Math.Min(size, long.MaxValue) };
    }
}
