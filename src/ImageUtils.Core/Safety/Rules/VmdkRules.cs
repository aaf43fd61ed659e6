using ImageUtils.Formats;
using ImageUtils.Formats.Vmdk;

namespace ImageUtils.Safety.Rules;

/// <summary>What a VMDK must keep to, whatever kind of file it is.</summary>
internal sealed class VmdkRules : IFormatRules
{
    private const int CapacityField = 12;
    private const ulong SeSparseVersion = 0x0000_0002_0000_0001;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        VmdkMetadata metadata = VmdkMetadata.Read(context.Reader);
        CheckList checks = context.Checks;
        switch (metadata.Kind)
        {
            case VmdkKind.Sparse:
                new VmdkSparseRules(context, metadata).Judge();
                break;
            case VmdkKind.Descriptor:
                checks.Pass(CheckNames.Header, "The file is a text descriptor.");
                break;
            case VmdkKind.SeSparse when ((ReadOnlySpan<byte>)metadata.HeaderBytes).U64Le(8) != SeSparseVersion:
                checks.Fail(CheckNames.Header, "A VMDK of the kind seSparse has a version that is not known; 2.1 is.", 8, ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(8, 8), References.Vmdk);
                break;
            default:
                checks.Fail(CheckNames.Header, $"A VMDK of the kind {(metadata.Kind == VmdkKind.Cowd ? "COWD (VMware 3, ESX)" : "seSparse")} is one extent of a disk, not a disk.", 0, ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(0, 8), References.Vmdk);
                break;
        }

        VmdkDescriptorRules.Judge(metadata, context);
        SizeRules.Judge(checks, metadata.Sectors is ulong sectors && sectors <= SizeRules.Largest / 512 ? sectors * 512 : null, metadata.Kind == VmdkKind.Sparse ? CapacityField : metadata.Descriptor?.Offset ?? 0);
        return metadata.ToFacts();
    }
}
