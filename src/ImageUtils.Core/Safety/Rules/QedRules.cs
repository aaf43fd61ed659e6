using ImageUtils.Formats;
using ImageUtils.Formats.Qed;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>QED is read, so that one can say what it is, and banned, as cinder and oslo ban it.</summary>
internal sealed class QedRules : IFormatRules
{
    private const string Reference = "qemu docs/interop/qed_spec.txt";
    private const int MaximumNameSize = 1023;

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        ReadOnlySpan<byte> bytes = context.Reader.ReadArray(0, QedHeader.Size);
        QedHeader header = QedHeader.Read(bytes);
        CheckList checks = context.Checks;
        checks.Fail(CheckNames.Banned, "QED is given up by its makers and is not accepted; convert it to qcow2.", 0, bytes.Part(0, 4), "cinder, oslo.utils: QED is never safe");
        string? backing = header.HasBackingFile ? ImageText.Decode(context.Reader.ReadArray(header.BackingOffset, (int)Math.Min(header.BackingSize, MaximumNameSize))) : null;
        bool isSane = JudgeHeader(header, bytes, checks);
        if (header.HasBackingFile)
        {
            checks.Fail(CheckNames.BackingFile, $"The image has a backing file ('{ImageText.Show(backing!)}'), which would be read in its place.", 56, bytes.Part(56, 8), References.BackingFile);
        }

        checks.Pass(CheckNames.BackingFile, "There is no backing file.", References.BackingFile);
        ulong unknown = header.Features & ~QedHeader.KnownFeatures;
        if (unknown != 0)
        {
            checks.Fail(CheckNames.UnknownFeatures, FormattableString.Invariant($"The image needs features that are not known: 0x{unknown:x}."), 16, bytes.Part(16, 8), Reference);
        }

        checks.Pass(CheckNames.UnknownFeatures, "All features that the image needs are known.");
        if (isSane)
        {
            new QedTableRules(context, header, Reference).Judge();
        }

        bool isDirty = (header.Features & QedHeader.NeedCheckBit) != 0;
        if (isDirty)
        {
            checks.Warn(CheckNames.Dirty, "The image was not closed cleanly.", 16, bytes.Part(16, 8), Reference);
        }

        checks.Pass(CheckNames.Dirty, "The image was closed cleanly.");
        SizeRules.Judge(checks, header.ImageSize, 48);
        return new ImageFacts
        {
            Format = DiskFormat.Qed,
            VirtualSize = (long)Math.Min(header.ImageSize, long.MaxValue),
            ClusterSize = header.ClusterSize == 0 ? null : header.ClusterSize,
            BackingFile = string.IsNullOrEmpty(backing) ? null : backing,
            BackingFormat = !string.IsNullOrEmpty(backing) && (header.Features & QedHeader.RawBackingBit) != 0 ? DiskFormat.Raw.Name : null,
            IsDirty = isDirty,
        };
    }

    private static bool JudgeHeader(QedHeader header, ReadOnlySpan<byte> bytes, CheckList checks)
    {
        if (header.IsTruncated)
        {
            checks.Fail(CheckNames.Header, "The file ends inside the header.", 0, bytes, Reference);
            return false;
        }

        bool isSane = header.ClusterSize is >= 4096 and <= 64 * 1024 * 1024
            && uint.IsPow2(header.ClusterSize)
            && header.TableSize is >= 1 and <= 16
            && uint.IsPow2(header.TableSize)
            && header.HeaderSize >= 1;
        if (!isSane)
        {
            checks.Fail(CheckNames.Header, "The sizes of cluster, table or header are out of their range.", 4, bytes.Part(4, 12), Reference);
        }

        checks.Pass(CheckNames.Header, "The header is whole.");
        return isSane;
    }
}
