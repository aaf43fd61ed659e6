using ImageUtils.Formats;

namespace ImageUtils.Safety.Rules;

/// <summary>A wrapper within a wrapper: it is named, and not opened.</summary>
internal sealed class ContainerRules(DiskFormat format) : IFormatRules
{
    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        context.Checks.Fail(CheckNames.Container, $"The image is packed ({format.Name}), and what is inside cannot be judged without opening it; unpack it first.", 0);
        return new ImageFacts { Format = format, VirtualSize = context.Reader.IsLengthKnown ? RawRules.SizeOf(context.Reader.Length) : 0, IsVirtualSizeKnown = false };
    }
}
