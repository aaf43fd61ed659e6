using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>A tar archive or an OVA: no traversal, no links, nothing twice, and the disks inside are judged in their place.</summary>
internal sealed class ArchiveRules(DiskFormat format) : IFormatRules
{
    private const int MaximumDescriptor = 256 * 1024;
    private const int MaximumDisks = 8;
    private const string Reference = "DMTF DSP0243; CWE-22, CWE-59, CWE-611, CWE-776";

    /// <inheritdoc/>
    public ImageFacts Judge(InspectionContext context)
    {
        TarArchive archive = TarArchive.Read(context.Reader);
        context.Checks.Fail(CheckNames.Container, archive.Defects, Reference);
        JudgeMembers(archive, context.Checks);
        if (!archive.HasEnd && archive.Defects.Count == 0)
        {
            context.Checks.Warn(CheckNames.Container, "The end of the archive is not marked.", reference: Reference);
        }

        if (format == DiskFormat.Ova)
        {
            JudgeAppliance(archive, context);
        }
        else
        {
            JudgePlain(archive, context);
        }

        return new ImageFacts { Format = format, VirtualSize = RawRules.SizeOf(context.Reader.Length) };
    }

    private static void JudgeMembers(TarArchive archive, CheckList checks)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (TarMember member in archive.Members)
        {
            string shown = ImageText.Show(member.Name);
            bool isPlainFolder = member.Kind == (byte)'5';
            if (!member.IsRegular && !isPlainFolder)
            {
                checks.Fail(CheckNames.Container, $"The member '{shown}' is no regular file (a link or a device).", member.HeaderOffset, reference: Reference);
            }

            if (!IsPlainName(member.Name))
            {
                checks.Fail(CheckNames.Container, $"The member '{shown}' would leave the folder it is unpacked to.", member.HeaderOffset, reference: Reference);
            }

            if (!names.Add(member.Name))
            {
                checks.Fail(CheckNames.Container, $"The member '{shown}' is there twice.", member.HeaderOffset, reference: Reference);
            }
        }
    }

    private static bool IsPlainName(string name) =>
        name.Length > 0
        && name[0] is not ('/' or '\\')
        && !name.Contains('\\', StringComparison.Ordinal)
        && !name.Contains(':', StringComparison.Ordinal)
        && !name.Split('/').Contains("..", StringComparer.Ordinal)
        && !name.Any(char.IsControl);

    private static void JudgePlain(TarArchive archive, InspectionContext context)
    {
        TarMember[] files = archive.Members.Where(member => member.IsRegular).ToArray();
        if (files.Length != 1)
        {
            context.Checks.Fail(CheckNames.Container, FormattableString.Invariant($"The archive holds {files.Length} files; which of them is the image cannot be judged."), reference: Reference);
            return;
        }

        JudgeDisk(files[0], null, context);
    }

    private static void JudgeAppliance(TarArchive archive, InspectionContext context)
    {
        CheckList checks = context.Checks;
        TarMember[] descriptors = archive.Members.Where(member => member.IsRegular && member.Name.EndsWith(".ovf", StringComparison.OrdinalIgnoreCase)).ToArray();
        if (descriptors.Length != 1 || descriptors[0].Length > MaximumDescriptor)
        {
            checks.Fail(CheckNames.Container, FormattableString.Invariant($"The appliance has {descriptors.Length} descriptions of reasonable size; one is needed."), reference: Reference);
            return;
        }

        OvfEnvelope envelope = OvfEnvelope.Read(context.Reader.ReadArray(descriptors[0].Offset, (int)descriptors[0].Length));
        if (envelope.Problem is string problem)
        {
            checks.Fail(CheckNames.Container, $"The description of the appliance is refused: {problem}.", descriptors[0].Offset, reference: Reference);
            return;
        }

        foreach (string file in envelope.Files.Values.Where(file => !IsPlainName(file) || !archive.Members.Exists(member => member.IsRegular && string.Equals(member.Name, file, StringComparison.Ordinal))))
        {
            checks.Fail(CheckNames.Container, $"The description names the file '{ImageText.Show(file)}', which is not in the archive.", descriptors[0].Offset, reference: Reference);
        }

        if (envelope.Disks.Count is 0 or > MaximumDisks)
        {
            checks.Fail(CheckNames.Container, FormattableString.Invariant($"The description has {envelope.Disks.Count} disks; 1 to {MaximumDisks} are judged."), descriptors[0].Offset, reference: Reference);
            return;
        }

        foreach ((string fileId, string claim) in envelope.Disks)
        {
            TarMember? disk = envelope.Files.TryGetValue(fileId, out string? name) ? archive.Members.Find(member => member.IsRegular && string.Equals(member.Name, name, StringComparison.Ordinal)) : null;
            if (disk is null)
            {
                checks.Fail(CheckNames.Container, $"A disk names the file '{ImageText.Show(fileId)}', which the description does not have.", descriptors[0].Offset, reference: Reference);
            }
            else
            {
                JudgeDisk(disk, claim.Contains("vmdk", StringComparison.OrdinalIgnoreCase) ? "vmdk" : null, context);
            }
        }
    }

    private static void JudgeDisk(TarMember member, string? claim, InspectionContext context)
    {
        using SliceImageReader slice = new(context.Reader, member.Offset, member.Length, member.Name);
        _ = InnerImage.Judge(slice, $"'{ImageText.Show(member.Name)}'", claim, context);
    }
}
