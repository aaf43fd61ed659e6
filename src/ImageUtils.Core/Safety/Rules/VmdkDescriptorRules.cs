using ImageUtils.Formats;
using ImageUtils.Formats.Vmdk;

namespace ImageUtils.Safety.Rules;

/// <summary>The text of a VMDK: it decides which files a reader opens.</summary>
internal static class VmdkDescriptorRules
{
    public static void Judge(VmdkMetadata metadata, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (!metadata.IsDescriptorSeen)
        {
            return;
        }

        if (metadata.Descriptor is not VmdkDescriptor descriptor)
        {
            checks.Fail(CheckNames.Descriptor, "There is no descriptor in the file; it is one extent of a disk, not a disk.", 0, reference: References.Vmdk);
            checks.Fail(CheckNames.CreateType, "Unable to determine VMDK createType.", 0, reference: References.VmdkExtents);
            return;
        }

        if (metadata.IsDescriptorTooLong)
        {
            checks.Fail(CheckNames.Descriptor, FormattableString.Invariant($"The descriptor is longer than {VmdkMetadata.MaximumDescriptor} bytes."), descriptor.Offset, reference: References.Resources);
        }

        checks.Fail(CheckNames.Descriptor, descriptor.Defects, References.Vmdk);
        checks.Pass(CheckNames.Descriptor, "The descriptor is understood whole.");
        JudgeCreateType(descriptor, context);
        JudgeExtents(metadata, descriptor, checks);
        JudgeParent(descriptor, checks);
    }

    private static void JudgeCreateType(VmdkDescriptor descriptor, InspectionContext context)
    {
        CheckList checks = context.Checks;
        long place = descriptor.OffsetOf("createType");
        if (context.Request.AllowedVmdkTypes.Count == 0)
        {
            checks.Fail(CheckNames.CreateType, "No VMDK createType is allowed.", place, reference: References.VmdkExtents);
        }
        else if (string.IsNullOrWhiteSpace(descriptor.CreateType))
        {
            checks.Fail(CheckNames.CreateType, "Unable to determine VMDK createType.", place, reference: References.VmdkExtents);
        }
        else if (!context.Request.AllowedVmdkTypes.Contains(descriptor.CreateType, StringComparer.Ordinal))
        {
            checks.Fail(CheckNames.CreateType, $"The createType '{ImageText.Show(descriptor.CreateType)}' is not allowed; allowed are {string.Join(", ", context.Request.AllowedVmdkTypes)}.", place, reference: References.VmdkExtents);
        }
        else
        {
            checks.Pass(CheckNames.CreateType, $"The createType {descriptor.CreateType} is allowed.", References.VmdkExtents);
        }
    }

    private static void JudgeExtents(VmdkMetadata metadata, VmdkDescriptor descriptor, CheckList checks)
    {
        bool isEmbedded = metadata.Kind == VmdkKind.Sparse;
        if (descriptor.Extents.Count == 0)
        {
            checks.Fail(CheckNames.Extents, "The descriptor has no extent.", descriptor.Offset, reference: References.Vmdk);
        }
        else if (isEmbedded && descriptor.Extents.Count > 1)
        {
            checks.Fail(CheckNames.Extents, FormattableString.Invariant($"The file is one extent, but its descriptor has {descriptor.Extents.Count}."), descriptor.Extents[1].Offset, reference: References.VmdkExtents);
        }

        foreach (VmdkExtent extent in descriptor.Extents)
        {
            JudgeExtent(extent, isEmbedded, checks);
        }

        if (isEmbedded && descriptor.Extents.Count == 1)
        {
            JudgeExtentSize(metadata.Header!, descriptor.Extents[0], checks);
        }

        if (descriptor.ChangeTrackPath is { Length: > 0 } track)
        {
            checks.Fail(CheckNames.Extents, $"The descriptor names a file of changed blocks ('{ImageText.Show(track)}').", descriptor.OffsetOf("changeTrackPath"), reference: References.VmdkExtents);
        }

        checks.Pass(CheckNames.Extents, "The extents name nothing outside of the file.", References.VmdkExtents);
    }

    private static void JudgeExtent(VmdkExtent extent, bool isEmbedded, CheckList checks)
    {
        string name = ImageText.Show(extent.FileName ?? string.Empty);
        if (extent.FileName is string file && (file.AsSpan().ContainsAny('/', '\\') || file.Contains(':', StringComparison.Ordinal) || file.Contains("..", StringComparison.Ordinal)))
        {
            checks.Fail(CheckNames.Extents, $"An extent names a path ('{name}').", extent.Offset, reference: References.VmdkExtents);
        }
        else if (isEmbedded && !string.Equals(extent.Type, "SPARSE", StringComparison.Ordinal))
        {
            checks.Fail(CheckNames.Extents, $"The file is a sparse extent, but its descriptor calls it {ImageText.Show(extent.Type)}.", extent.Offset, reference: References.VmdkExtents);
        }
        else if (!isEmbedded && !(string.Equals(extent.Type, "ZERO", StringComparison.Ordinal) && extent.FileName is null))
        {
            checks.Fail(CheckNames.Extents, $"An extent of type {ImageText.Show(extent.Type)} names another file ('{name}').", extent.Offset, reference: References.VmdkExtents);
        }
    }

    private static void JudgeExtentSize(VmdkSparseHeader header, VmdkExtent extent, CheckList checks)
    {
        if (extent.Sectors == header.Capacity)
        {
            return;
        }

        ulong difference = extent.Sectors > header.Capacity ? extent.Sectors - header.Capacity : header.Capacity - extent.Sectors;
        string reason = FormattableString.Invariant($"The header says {header.Capacity} sectors, the descriptor {extent.Sectors}.");
        if (difference < header.GrainSize)
        {
            checks.Warn(CheckNames.VirtualSize, reason, 12, reference: References.Vmdk);
        }
        else
        {
            checks.Fail(CheckNames.VirtualSize, reason, 12, reference: References.Vmdk);
        }
    }

    private static void JudgeParent(VmdkDescriptor descriptor, CheckList checks)
    {
        if (descriptor.NamesParent)
        {
            string hint = string.IsNullOrEmpty(descriptor.ParentHint) ? "not named" : $"'{ImageText.Show(descriptor.ParentHint)}'";
            checks.Fail(CheckNames.Parent, FormattableString.Invariant($"The disk has a parent ({hint}, parentCID {descriptor.ParentId:x8}), without which it is not whole."), descriptor.OffsetOf(string.IsNullOrEmpty(descriptor.ParentHint) ? "parentCID" : "parentFileNameHint"), reference: References.BackingFile);
        }

        checks.Pass(CheckNames.Parent, "The disk has no parent.");
    }
}
