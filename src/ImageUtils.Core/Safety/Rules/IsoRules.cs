using ImageUtils.Formats;
using ImageUtils.Formats.Iso;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>The first volume descriptor of an ISO 9660 image against the file.</summary>
internal static class IsoRules
{
    private const string Reference = "ECMA-119, 8.4";

    public static void Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> descriptor = context.Reader.ReadArray(IsoSignature.DescriptorOffset, IsoSignature.DescriptorSize);
        if (descriptor.Length < IsoSignature.DescriptorSize)
        {
            context.Checks.Fail(CheckNames.Header, "The file ends inside the first volume descriptor.", IsoSignature.DescriptorOffset, reference: Reference);
        }
        else if (descriptor.HasAt(0, "\u0001CD001"u8))
        {
            ulong size = (ulong)descriptor.U32Le(80) * descriptor.U16Le(128);
            if (size > (ulong)context.Reader.Length)
            {
                context.Checks.Warn(CheckNames.Header, FormattableString.Invariant($"The volume has {size} bytes, the file {context.Reader.Length}; it may have been cut."), IsoSignature.DescriptorOffset + 80, reference: Reference);
            }
        }

        context.Checks.Pass(CheckNames.Header, "The volume descriptor is whole.");
    }
}
