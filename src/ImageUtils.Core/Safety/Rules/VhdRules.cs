using ImageUtils.Formats;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a VHD must keep to: footers, header, sizes, parent.</summary>
internal sealed class VhdRules : IFormatRules
{
    /// <summary>The largest VHD, 2040 GiB (Virtual Hard Disk specification; qemu VHD_MAX_SECTORS).</summary>
    private const ulong MaximumSize = 2040UL << 30;

    /// <summary>Programs that write the largest geometry whatever the size, or round as they like; their footer's size counts.</summary>
    private static readonly string[] SizeCreators = ["qem2", "tap\0", "win ", "d2v ", "CTXS", "wa\0\0", "vs  "];

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        VhdMetadata metadata = VhdMetadata.Read(context.Reader);
        CheckList checks = context.Checks;
        if (!metadata.IsFooterSeen)
        {
            JudgeBeginning(metadata, context);
            return metadata.ToFacts() with { IsVirtualSizeKnown = metadata.Copy is { HasRightChecksum: true } };
        }

        JudgeFooters(metadata, checks);
        bool isSparse = JudgeType(metadata, context);
        JudgeSizes(metadata, checks);
        JudgeParent(metadata, checks);
        if (isSparse)
        {
            JudgeTables(metadata, context);
        }

        return metadata.ToFacts();
    }

    /// <summary>
    /// What is certain by the beginning alone. A sound copy either counts or, where the footer at the end says another type,
    /// size or place, leads to a refusal; everything else may stand otherwise in the footer that counts.
    /// </summary>
    private static void JudgeBeginning(VhdMetadata metadata, InspectionContext context)
    {
        if (metadata.Copy is not { HasRightChecksum: true } copy || copy.Type is not (VhdFooter.DynamicType or VhdFooter.DifferencingType))
        {
            return;
        }

        JudgeParent(metadata, context.Checks);
        JudgeTables(metadata, context);
    }

    private static void JudgeTables(VhdMetadata metadata, InspectionContext context)
    {
        bool isHeaderSeen = metadata.Effective.DataOffset > long.MaxValue || context.Reader.Has((long)metadata.Effective.DataOffset, VhdDynamicHeader.Size);
        if (isHeaderSeen)
        {
            InspectionContext.WhereHere(new VhdTableRules(context, metadata).Judge);
        }
    }

    private static void JudgeFooters(VhdMetadata metadata, CheckList checks)
    {
        ReadOnlySpan<byte> bytes = metadata.EffectiveBytes;
        VhdFooter effective = metadata.Effective;
        if (bytes.Length < VhdFooter.Size)
        {
            checks.Fail(CheckNames.Header, "The file ends inside the footer.", metadata.EffectiveOffset, bytes, References.Vhd);
            return;
        }

        // Whoever disables a disk marks one footer after the other; either of them is enough to keep away.
        bool isCopyDisabled = metadata.Copy is { IsDisabled: true, HasRightChecksum: true };
        if (effective.IsDisabled || isCopyDisabled)
        {
            checks.Fail(CheckNames.Header, "The disk was disabled for a resize that was interrupted; vhd-util revert puts it back.", isCopyDisabled ? 0 : metadata.EffectiveOffset, bytes.Part(0, 8), "vhd-util: v_poison");
        }

        if (!effective.HasRightChecksum)
        {
            checks.Fail(CheckNames.Checksum, FormattableString.Invariant($"The footer's checksum is {effective.Checksum:x8}, and should be {effective.RightChecksum:x8}."), metadata.EffectiveOffset + 64, bytes.Part(64, 4), References.Vhd);
        }

        if (effective.Version != 0x00010000)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"Version {effective.Version:x8} is not known."), metadata.EffectiveOffset + 12, bytes.Part(12, 4), References.Vhd);
        }

        if (effective.IsSavedState)
        {
            checks.Warn(CheckNames.Dirty, "The machine that the disk belongs to was suspended.", metadata.EffectiveOffset + 84, bytes.Part(84, 1), References.Vhd);
        }

        JudgeAgreement(metadata, checks);
        checks.Pass(CheckNames.Header, "The footer is whole.");
        checks.Pass(CheckNames.Checksum, "The checksums are right.");
    }

    private static void JudgeAgreement(VhdMetadata metadata, CheckList checks)
    {
        bool needsBoth = metadata.Effective.Type is VhdFooter.DynamicType or VhdFooter.DifferencingType;
        if (metadata is not { Copy: { } copy, Footer: { } footer })
        {
            if (needsBoth)
            {
                checks.Warn(CheckNames.Footer, metadata.Copy is null ? "The copy of the footer at the beginning is missing." : "The footer at the end is missing; only its copy at the beginning is there.", reference: References.Vhd);
            }

            checks.Pass(CheckNames.Footer, "The footer stands at the end of the file.");
            return;
        }

        if (copy.HasRightChecksum != footer.HasRightChecksum)
        {
            checks.Warn(CheckNames.Footer, copy.HasRightChecksum ? "The footer at the end is damaged; its copy was taken." : "The copy of the footer at the beginning is damaged.", copy.HasRightChecksum ? metadata.FooterOffset : 0, reference: References.Vhd);
            return;
        }

        // Readers differ in which of two good footers they obey: vhd-util the end, qemu the beginning.
        if (copy.CurrentSize != footer.CurrentSize || copy.Type != footer.Type || copy.DataOffset != footer.DataOffset)
        {
            checks.Fail(
                CheckNames.Footer,
                FormattableString.Invariant($"The footer and its copy differ: {footer.CurrentSize} bytes of type {footer.Type} at the end, {copy.CurrentSize} bytes of type {copy.Type} at the beginning."),
                metadata.FooterOffset,
                reference: References.Vhd);
        }

        checks.Pass(CheckNames.Footer, "The footer and its copy agree.");
    }

    private static bool JudgeType(VhdMetadata metadata, InspectionContext context)
    {
        VhdFooter footer = metadata.Effective;
        switch (footer.Type)
        {
            case VhdFooter.FixedType:
                JudgeFixed(metadata, context);
                return false;
            case VhdFooter.DynamicType or VhdFooter.DifferencingType:
                return true;
            default:
                context.Checks.Fail(CheckNames.Header, FormattableString.Invariant($"Disk type {footer.Type} is not known."), metadata.EffectiveOffset + 60, reference: References.Vhd);
                return false;
        }
    }

    private static void JudgeFixed(VhdMetadata metadata, InspectionContext context)
    {
        VhdFooter footer = metadata.Effective;
        ulong data = (ulong)metadata.FooterOffset;
        if (metadata.Footer is null)
        {
            context.Checks.Fail(CheckNames.Footer, "The disk is fixed, and its footer is not at the end of the file.", metadata.EffectiveOffset, reference: References.Vhd);
        }
        else if (footer.CurrentSize > data)
        {
            context.Checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"The footer says {footer.CurrentSize} bytes, but only {data} stand in front of it."), metadata.EffectiveOffset + 48, reference: References.Vhd);
        }
        else if (footer.CurrentSize < data)
        {
            context.Checks.Warn(CheckNames.VirtualSize, FormattableString.Invariant($"The footer says {footer.CurrentSize} bytes, but {data} stand in front of it; the rest is no part of the disk."), metadata.EffectiveOffset + 48, reference: References.Vhd);
        }
    }

    private static void JudgeSizes(VhdMetadata metadata, CheckList checks)
    {
        VhdFooter footer = metadata.Effective;
        long offset = metadata.EffectiveOffset + 48;
        SizeRules.Judge(checks, footer.CurrentSize, offset);
        if (footer.CurrentSize is > MaximumSize and <= SizeRules.Largest)
        {
            checks.Fail(CheckNames.VirtualSize, FormattableString.Invariant($"The footer says {footer.CurrentSize} bytes; a VHD holds at most {MaximumSize}."), offset, reference: References.Vhd);
        }

        if (footer.CurrentSize % 512 != 0)
        {
            checks.Warn(CheckNames.VirtualSize, FormattableString.Invariant($"The virtual size of {footer.CurrentSize} bytes is no multiple of 512; some readers cut it."), offset, reference: References.Vhd);
        }

        if (footer.CurrentSize > SizeRules.Largest || (ulong)footer.GeometrySize == footer.CurrentSize)
        {
            return;
        }

        string both = FormattableString.Invariant($"The footer says {footer.CurrentSize} bytes, its geometry {footer.GeometrySize} bytes; the footer's size was taken.");
        bool isLie = (ulong)footer.GeometrySize > footer.CurrentSize + (ulong)Math.Max(footer.CylinderSize, 2 * 1024 * 1024) && !SizeCreators.Contains(footer.Creator, StringComparer.Ordinal);
        if (footer.HasMaximumGeometry && !isLie)
        {
            // The largest geometry says only that the disk is beyond one, or that its maker did not compute one.
            checks.Pass(CheckNames.VirtualSize, both, References.Vhd);
        }
        else if (isLie)
        {
            checks.Fail(CheckNames.VirtualSize, both, metadata.EffectiveOffset + 56, reference: References.Vhd);
        }
        else
        {
            checks.Warn(CheckNames.VirtualSize, both, metadata.EffectiveOffset + 56, reference: References.Vhd);
        }
    }

    private static void JudgeParent(VhdMetadata metadata, CheckList checks)
    {
        if (metadata.Effective.Type == VhdFooter.DifferencingType)
        {
            string name = metadata.Header is { ParentName.Length: > 0 } header ? $"'{ImageText.Show(header.ParentName)}'" : "not named";
            checks.Fail(CheckNames.Parent, $"The disk is a differencing disk; what its parent ({name}) holds would read as zeros.", metadata.EffectiveOffset + 60, reference: "qemu-img reads it as dynamic");
        }
        else if (metadata.Header is { HasParentId: true })
        {
            checks.Warn(CheckNames.Parent, "The header names a parent, though the disk is no differencing disk.", (long)metadata.Effective.DataOffset + 40, reference: References.Vhd);
        }

        checks.Pass(CheckNames.Parent, "The disk has no parent.");
    }
}
