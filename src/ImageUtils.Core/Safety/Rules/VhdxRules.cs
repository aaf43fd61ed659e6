using ImageUtils.Formats;
using ImageUtils.Formats.Vhdx;

namespace ImageUtils.Safety.Rules;

/// <summary>What a VHDX must keep to: headers, regions, metadata, parent.</summary>
internal sealed class VhdxRules : IFormatRules
{
    private const ulong MaximumSize = 64UL << 40;
    private const int ItemsStart = 64 * 1024;

    private static readonly Guid[] KnownItems =
        [VhdxLayout.FileParameters, VhdxLayout.DiskSize, VhdxLayout.DiskId, VhdxLayout.LogicalSector, VhdxLayout.PhysicalSector, VhdxLayout.ParentLocator];

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        VhdxMetadata metadata = VhdxMetadata.Read(context.Reader);
        CheckList checks = context.Checks;
        JudgeHeaders(metadata, checks);
        TableMap map = new(context);
        InspectionContext.WhereHere(() => JudgeRegions(metadata, map, checks));
        if (!metadata.IsMetadataSeen)
        {
            return metadata.ToFacts() with { IsVirtualSizeKnown = false };
        }

        JudgeItems(metadata, checks);
        JudgeValues(metadata, checks);
        JudgeParent(metadata, checks);
        InspectionContext.WhereHere(() => VhdxLogRules.Judge(metadata, context));
        InspectionContext.WhereHere(() => VhdxTableRules.Judge(metadata, map, context));
        return metadata.ToFacts();
    }

    private static void JudgeHeaders(VhdxMetadata metadata, CheckList checks)
    {
        if (metadata.Header is not VhdxHeader header)
        {
            checks.Fail(CheckNames.Checksum, "Neither of the two headers is valid.", VhdxLayout.FirstHeader, reference: References.Vhdx + " 2.2.2");
            return;
        }

        foreach (VhdxHeader other in metadata.Headers.Where(other => !other.IsValid))
        {
            checks.Warn(CheckNames.Checksum, FormattableString.Invariant($"The header at 0x{other.Offset:x} is not valid; the other one was taken."), other.Offset, reference: References.Vhdx + " 2.2.2");
        }

        VhdxHeader[] both = metadata.Headers.Where(other => other.IsValid && other.Sequence == header.Sequence).ToArray();
        if (both.Length > 1 && both[0].Checksum != both[1].Checksum)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The two headers have one sequence number, {header.Sequence}, and differ; neither is the newer one."), both[1].Offset + 8, reference: References.Vhdx + " 2.2.2");
        }

        if (header.Version != 1 || header.LogVersion != 0)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {header.Version} (log version {header.LogVersion}) is not known."), header.Offset + 64, reference: References.Vhdx + " 2.2.2");
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        checks.Pass(CheckNames.Checksum, "The checksums are right.");
    }

    private static void JudgeRegions(VhdxMetadata metadata, TableMap map, CheckList checks)
    {
        const string Reference = References.Vhdx + " 2.2.3";
        if (metadata.Regions is not VhdxRegionTable regions)
        {
            checks.Fail(CheckNames.Checksum, "Neither of the two region tables is valid.", VhdxLayout.FirstRegionTable, reference: Reference);
            return;
        }

        foreach (VhdxRegionTable other in metadata.RegionTables.Where(other => !other.IsValid))
        {
            checks.Warn(CheckNames.Checksum, FormattableString.Invariant($"The region table at 0x{other.Offset:x} is not valid; the other one was taken."), other.Offset, reference: Reference);
        }

        if (metadata.RegionTables.All(table => table.IsValid) && !metadata.RegionTables[0].Regions.SequenceEqual(metadata.RegionTables[1].Regions))
        {
            checks.Fail(CheckNames.Tables, "The two region tables differ.", VhdxLayout.SecondRegionTable, reference: Reference);
        }

        _ = map.Add("the header section", 0, VhdxLayout.Alignment);
        if (metadata.Header is { LogLength: > 0 } header)
        {
            _ = map.Add("the log", header.LogOffset, header.LogLength, header.Offset + 72);
        }

        HashSet<Guid> seen = [];
        foreach (VhdxRegion region in regions.Regions)
        {
            bool isBat = region.Id == VhdxLayout.BatRegion;
            bool isKnown = isBat || region.Id == VhdxLayout.MetadataRegion;
            if (!seen.Add(region.Id))
            {
                checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The region table names the region {region.Id} twice."), regions.Offset, reference: Reference);
            }

            if (!isKnown && region.IsRequired)
            {
                checks.Fail(CheckNames.UnknownFeatures, $"The image needs a region that is not known: {region.Id}.", regions.Offset, reference: Reference);
            }

            if (region.Offset < VhdxLayout.Alignment || region.Offset % VhdxLayout.Alignment != 0 || region.Length == 0 || region.Length % VhdxLayout.Alignment != 0)
            {
                checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The region at 0x{region.Offset:x} of {region.Length} bytes is not in whole mebibytes behind the headers."), regions.Offset, reference: Reference);
            }
            else
            {
                _ = map.Add(isBat ? "the block table" : isKnown ? "the metadata region" : "a region", region.Offset, region.Length, regions.Offset);
            }
        }

        checks.Pass(CheckNames.UnknownFeatures, "Everything that the image needs is known.");
    }

    private static void JudgeItems(VhdxMetadata metadata, CheckList checks)
    {
        const string Reference = References.Vhdx + " 2.6.1";
        if (metadata.MetadataRegion is not VhdxRegion region || !metadata.HasMetadataTable)
        {
            checks.Fail(CheckNames.Header, "There is no metadata table.", metadata.MetadataRegion is null ? metadata.Regions?.Offset ?? VhdxLayout.FirstRegionTable : (long)Math.Min(metadata.MetadataRegion.Offset, long.MaxValue), reference: Reference);
            return;
        }

        long offset = (long)region.Offset;
        if (metadata.ItemCount > VhdxLayout.MaximumEntries)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The metadata table claims {metadata.ItemCount} entries; 2047 are the most."), offset + 10, reference: Reference);
        }

        HashSet<Guid> seen = [];
        foreach (VhdxItem item in metadata.Items)
        {
            bool isPlaced = item.Length == 0 ? item.Offset == 0 && item.Id != Guid.Empty : item.Offset >= ItemsStart && (ulong)item.Offset + item.Length <= region.Length;
            if (!isPlaced || !seen.Add(item.Id))
            {
                checks.Fail(CheckNames.Header, FormattableString.Invariant($"The metadata table has an entry ({item.Id}, {item.Length} bytes at 0x{item.Offset:x}) that lies outside of its region or stands there twice."), offset, reference: Reference);
                return;
            }

            if (item.IsRequired && !KnownItems.Contains(item.Id))
            {
                checks.Fail(CheckNames.UnknownFeatures, $"The image needs metadata that are not known: {item.Id}.", offset, reference: Reference);
            }
        }
    }

    private static void JudgeValues(VhdxMetadata metadata, CheckList checks)
    {
        if (!metadata.HasMetadataTable)
        {
            return;
        }

        if (metadata.BlockSize is not uint block || block is < 1024 * 1024 or > 256 * 1024 * 1024 || !uint.IsPow2(block))
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"The block size ({metadata.BlockSize?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "missing"}) is not one from 1 to 256 MiB."), metadata.PlaceOf(VhdxLayout.FileParameters), reference: References.Vhdx + " 2.6.2.1");
        }

        if (metadata.LogicalSector is not (512 or 4096))
        {
            checks.Fail(CheckNames.Header, "The logical sector size is neither 512 nor 4096.", metadata.PlaceOf(VhdxLayout.LogicalSector), reference: References.Vhdx + " 2.6.2.4");
        }

        if (metadata.PhysicalSector is not (512 or 4096))
        {
            checks.Fail(CheckNames.Header, "The physical sector size is neither 512 nor 4096.", metadata.PlaceOf(VhdxLayout.PhysicalSector), reference: References.Vhdx + " 2.6.2.5");
        }

        if (metadata.Items.All(item => item.Id != VhdxLayout.DiskId))
        {
            checks.Fail(CheckNames.Header, "The image does not say which disk it is.", metadata.PlaceOf(VhdxLayout.DiskId), reference: References.Vhdx + " 2.6.2.3");
        }

        if (metadata.DiskSize is not ulong size)
        {
            checks.Fail(CheckNames.VirtualSize, "The image does not say how large the disk is.", metadata.PlaceOf(VhdxLayout.DiskSize), reference: References.Vhdx + " 2.6.2.2");
            return;
        }

        if (size > MaximumSize || size == 0 || (metadata.LogicalSector is > 0 and uint sector && size % sector != 0))
        {
            checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"A disk of {size} bytes is larger than 64 TiB, empty, or no whole number of sectors."), metadata.PlaceOf(VhdxLayout.DiskSize), reference: References.Vhdx + " 2.6.2.2");
        }

        SizeRules.Judge(checks, size, metadata.PlaceOf(VhdxLayout.DiskSize));
    }

    private static void JudgeParent(VhdxMetadata metadata, CheckList checks)
    {
        if (metadata.HasParent)
        {
            string name = metadata.ToFacts().BackingFile is string file ? $"'{ImageText.Show(file)}'" : "not named";
            checks.Fail(CheckNames.Parent, $"The disk is a differencing disk; without its parent ({name}) it is not whole.", metadata.PlaceOf(metadata.ParentLocator.Count > 0 ? VhdxLayout.ParentLocator : VhdxLayout.FileParameters), reference: References.Vhdx + " 2.6.2.6");
        }

        checks.Pass(CheckNames.Parent, "The disk has no parent.");
    }
}
