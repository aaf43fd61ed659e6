using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>A tar archive or an OVA: no traversal, no links, nothing twice, and the disks inside are judged in their place.</summary>
internal sealed class ArchiveRules(DiskFormat format) : IFormatRules
{
    /// <summary>The documents behind the rules.</summary>
    public const string Reference = "POSIX.1-2001 pax; DMTF DSP0243; CWE-22, CWE-59, CWE-611, CWE-776";

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        TarArchive archive = TarArchive.Read(context.Reader);
        context.Checks.Fail(CheckNames.Container, archive.Defects, Reference);
        JudgeMembers(archive, context.Checks);
        foreach (FormatDefect oddity in archive.Oddities)
        {
            context.Checks.Warn(CheckNames.Container, oddity.Reason, oddity.Offset, reference: Reference);
        }

        ImageFacts facts = new() { Format = format, VirtualSize = context.Reader.IsLengthKnown ? RawRules.SizeOf(context.Reader.Length) : 0, IsVirtualSizeKnown = false };
        return format == DiskFormat.Ova ? new ApplianceRules(archive, context).Judge(facts)
            : XenServerRules.IsChain(archive) ? new XenServerRules(archive, context).Judge(facts)
            : JudgePlain(archive, facts, context);
    }

    /// <summary>Judges a disk in the archive.</summary>
    /// <param name="member">Where it is.</param>
    /// <param name="claim">The format it is claimed to be; null: none.</param>
    /// <param name="context">The inspection of the archive.</param>
    /// <param name="relaxed">Checks that have no bearing there.</param>
    /// <returns>The judgement.</returns>
    public static InnerImage JudgeDisk(TarMember member, string? claim, InspectionContext context, params IReadOnlyList<string> relaxed)
    {
        using SliceImageReader slice = new(context.Reader, member.Offset, member.Length, member.Name);
        return InnerImage.Judge(slice, $"'{ImageText.Show(member.Name)}'", claim, context, mayBeArchive: false, relaxed);
    }

    private static void JudgeMembers(TarArchive archive, CheckList checks)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (TarMember member in archive.Members)
        {
            string shown = ImageText.Show(member.Name);
            string? problem =
                member.IsSparse ? "is a file with holes (sparse), whose data are not as they stand there"
                : !member.IsRegular && !member.IsFolder ? "is no regular file (a link or a device)"
                : member.IsFolder && member.Length > 0 ? "is a folder with data"
                : !MemberName.IsPlain(member.Name) ? "would leave the folder it is unpacked to"
                : !names.Add(MemberName.Normalize(member.Name)) && member.IsRegular ? "is there twice"
                : null;
            if (problem is not null)
            {
                checks.Fail(CheckNames.Container, $"The member '{shown}' {problem}.", member.HeaderOffset, reference: Reference);
            }
        }
    }

    private static ImageFacts JudgePlain(TarArchive archive, ImageFacts facts, InspectionContext context)
    {
        TarMember[] files = archive.Members.Where(member => member.IsRegular).ToArray();
        if (files.Length == 1)
        {
            return JudgeDisk(files[0], null, context).Put(facts);
        }

        if (archive.IsComplete)
        {
            context.Checks.Fail(CheckNames.Container, FormattableString.Invariant($"The archive holds {files.Length} files; which of them is the image cannot be judged."), reference: Reference);
        }

        return facts;
    }
}
