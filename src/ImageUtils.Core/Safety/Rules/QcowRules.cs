using ImageUtils.Formats;
using ImageUtils.Formats.Qcow;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>What a qcow version 1 image must keep to.</summary>
internal sealed class QcowRules : IFormatRules
{
    private const string Reference = "qemu block/qcow.c";
    private const int MaximumNameSize = 1023;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(0, QcowHeader.Size);
        QcowHeader header = QcowHeader.Read(bytes);
        CheckList checks = context.Checks;
        string? backing = header.BackingOffset is 0 or > long.MaxValue || header.BackingSize == 0
            ? null
            : ImageText.Decode(context.Reader.ReadArray((long)header.BackingOffset, (int)Math.Min(header.BackingSize, MaximumNameSize)));
        if (header.IsTruncated)
        {
            checks.Fail(CheckNames.Header, "The file ends inside the header.", 0, bytes, Reference);
        }
        else if (header.ClusterBits is < 9 or > 16 || header.L2Bits is < 6 or > 13)
        {
            checks.Fail(CheckNames.Header, FormattableString.Invariant($"cluster_bits {header.ClusterBits} and l2_bits {header.L2Bits} are out of their range."), 32, bytes.Part(32, 2), Reference);
        }
        else if (header.VirtualSize is > 0 and <= SizeRules.Largest)
        {
            TableMap map = new(context);
            _ = map.Add("the header", 0, QcowHeader.Size);
            if (header.L1Entries > int.MaxValue / 8)
            {
                checks.Fail(CheckNames.Tables, "The L1 table is larger than 2 GiB.", 24, bytes.Part(24, 8), References.Resources);
            }
            else if (map.Add("the L1 table", header.L1Offset, header.L1Entries * 8, 40))
            {
                new QcowTableRules(context, header, map, Reference).Walk();
            }
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        checks.Pass(CheckNames.Tables, context.IsFull ? "Every table lies inside the file and overlaps nothing." : "The top table lies inside the file.");
        if (header.BackingOffset != 0)
        {
            checks.Fail(CheckNames.BackingFile, $"The image has a backing file ('{ImageText.Show(backing ?? string.Empty)}'), which would be read in its place.", 8, bytes.Part(8, 12), References.BackingFile);
        }

        checks.Pass(CheckNames.BackingFile, "There is no backing file.", References.BackingFile);
        if (header.CryptMethod != 0)
        {
            checks.Fail(CheckNames.Encryption, "The content is encrypted with the old AES method, which is broken by design and given up by qemu.", 36, bytes.Part(36, 4), Reference);
        }

        checks.Pass(CheckNames.Encryption, "The content is not encrypted.");
        SizeRules.Judge(checks, header.VirtualSize, 24);
        return new ImageFacts
        {
            Format = DiskFormat.Qcow,
            VirtualSize = (long)Math.Min(header.VirtualSize, long.MaxValue),
            ClusterSize = header.ClusterBits is >= 9 and <= 16 ? 1L << header.ClusterBits : null,
            BackingFile = backing,
            IsEncrypted = header.CryptMethod != 0,
        };
    }
}
