using System.Globalization;
using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Compressed files and archives that are named and not opened; what their headers say is told.</summary>
internal sealed class ContainerRules(DiskFormat format) : IFormatRules
{
    private const int ZstdHeader = 18;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        string? size = null;
        if (format == DiskFormat.Zstd)
        {
            size = ZstdFrame.ReadContentSize(context.Reader.ReadArray(0, ZstdHeader))?.ToString(CultureInfo.InvariantCulture);
        }
        else if (format == DiskFormat.Xz && context.Reader.IfHere(XzStream.Read) is XzStream stream)
        {
            size = stream.Unpacked?.ToString(CultureInfo.InvariantCulture);
            if (stream.Problem is string problem)
            {
                context.Checks.Fail(CheckNames.Container, $"The xz is refused: {problem}.", reference: "The .xz File Format 1.2");
            }
        }

        string content = size is null ? format.Name : $"{format.Name}, {size} bytes when unpacked";
        context.Checks.Fail(CheckNames.Container, $"The image is packed ({content}), and what is inside cannot be judged without opening it; unpack it first.", 0);
        return new ImageFacts { Format = format, VirtualSize = context.Reader.IsLengthKnown ? RawRules.SizeOf(context.Reader.Length) : 0, IsVirtualSizeKnown = false };
    }
}
