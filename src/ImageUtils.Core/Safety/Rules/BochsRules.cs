using ImageUtils.Formats;
using ImageUtils.Formats.Bochs;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a Bochs growing disk must keep to.</summary>
internal sealed class BochsRules : IFormatRules
{
    private const string Reference = "qemu block/bochs.c";
    private const uint MaximumCatalog = 0x100000;
    private const uint MaximumExtent = 0x800000;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(0, BochsHeader.Size);
        BochsHeader header = BochsHeader.Read(bytes);
        CheckList checks = context.Checks;
        if (header.IsTruncated)
        {
            checks.Fail(CheckNames.Header, "The file ends inside the header.", 0, reference: Reference);
        }
        else if (header.Version is not (BochsHeader.FirstVersion or BochsHeader.SecondVersion) || !string.Equals(header.Type, "Redolog", StringComparison.Ordinal))
        {
            checks.Fail(CheckNames.Header, "The type or the version is not known.", 32, bytes.Part(32, 32), Reference);
        }
        else if (!string.Equals(header.Subtype, "Growing", StringComparison.Ordinal))
        {
            checks.Fail(CheckNames.Parent, $"A redo log of the kind '{ImageText.Show(header.Subtype)}' is not whole without its base.", 48, bytes.Part(48, 16), Reference);
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        checks.Pass(CheckNames.Parent, "The disk has no parent.");
        JudgeTables(header, context);
        SizeRules.Judge(checks, header.DiskSize, 88);
        return new ImageFacts { Format = DiskFormat.Bochs, VirtualSize = (long)Math.Min(header.DiskSize, long.MaxValue) };
    }

    private static void JudgeTables(BochsHeader header, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (header.CatalogEntries > MaximumCatalog)
        {
            checks.Fail(CheckNames.Tables, FormattableString.Invariant($"A catalog of {header.CatalogEntries} entries is larger than any that is read."), 72, reference: References.Resources);
        }
        else if (header.ExtentSize is 0 or > MaximumExtent || !uint.IsPow2(header.ExtentSize))
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"An extent of {header.ExtentSize} bytes is not allowed."), 80, reference: Reference);
        }
        else if ((ulong)header.CatalogEntries * header.ExtentSize < header.DiskSize)
        {
            checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"The disk of {header.DiskSize} bytes needs more than the {header.CatalogEntries} extents of its catalog."), 72, reference: Reference);
        }
        else
        {
            _ = new TableMap(context).Add("the catalog", header.HeaderSize, (ulong)header.CatalogEntries * 4, 68);
        }

        checks.Pass(CheckNames.Tables, "The catalog lies inside the file.");
    }
}
