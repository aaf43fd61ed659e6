using ImageUtils.Formats;
using ImageUtils.Formats.Luks;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>LUKS as a format of its own, version 1 and 2.</summary>
internal sealed class LuksRules : IFormatRules
{
    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        byte[] head = context.Reader.ReadArray(0, Luks2Header.Size);
        ushort version = LuksSignature.Version(head);
        switch (version)
        {
            case 1:
                return JudgeFirst(head, context);
            case 2:
                return new Luks2Rules(context, head).Judge();
            default:
                context.Checks.Fail(CheckNames.Header, FormattableString.Invariant($"LUKS version {version} is not known."), 6, head.AsSpan(Math.Min(6, head.Length), Math.Min(2, Math.Max(0, head.Length - 6))), References.Luks2);
                return new ImageFacts { Format = DiskFormat.Luks, VirtualSize = 0, IsEncrypted = true };
        }
    }

    private static ImageFacts JudgeFirst(byte[] head, InspectionContext context)
    {
        Luks1Header header = Luks1Header.Read(head);
        CheckList checks = context.Checks;
        Luks1Rules.JudgeHeader(header, 0, long.MaxValue, CheckNames.Header, checks);
        checks.Pass(CheckNames.Header, "The header of version 1 is whole.");
        if (header.PayloadOffset > context.Reader.Length)
        {
            checks.Fail(CheckNames.Tables, FormattableString.Invariant($"The content is said to begin at byte {header.PayloadOffset}, behind the end of the file."), 104, reference: References.Luks1);
        }

        checks.Pass(CheckNames.Tables, "Key material and content lie inside the file.");
        checks.Pass(CheckNames.Encryption, "The content is encrypted with LUKS version 1.");
        long size = Math.Max(0, context.Reader.Length - header.PayloadOffset);
        SizeRules.Judge(checks, (ulong)size);
        return new ImageFacts { Format = DiskFormat.Luks, VirtualSize = size, IsEncrypted = true, FormatSpecific = header.ToSpecific() };
    }
}
