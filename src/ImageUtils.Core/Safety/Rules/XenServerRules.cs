using System.Globalization;
using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>
/// An image of XenServer: an archive of <c>0.vhd</c>, <c>1.vhd</c> and so on, where each disk is the child of the next one. What
/// a differencing disk lacks stands in the archive, so its parent is no reason to refuse it; only the last must be whole.
/// </summary>
internal sealed class XenServerRules(TarArchive archive, InspectionContext context)
{
    private const string Extension = ".vhd";
    private const string Reference = "XenServer image (disk format vhd, container ovf); CVE-2024-32498";
    private const int MostDigits = 4;

    private readonly SortedDictionary<int, TarMember> _disks = Number(archive);

    /// <summary>True where all files of an archive are named as those of a chain.</summary>
    public static bool IsChain(TarArchive archive) =>
        archive.Members.Exists(member => member.IsRegular) && archive.Members.TrueForAll(member => !member.IsRegular || NumberOf(member) is not null);

    /// <summary>Judges the chain.</summary>
    /// <param name="facts">The facts of the archive.</param>
    /// <returns>The facts with the size of the newest disk.</returns>
    public ImageFacts Judge(ImageFacts facts)
    {
        CheckList checks = context.Checks;
        foreach (TarMember folder in archive.Members.Where(member => member.IsFolder && MemberName.Normalize(member.Name).Length > 0))
        {
            checks.Fail(CheckNames.Container, $"'{ImageText.Show(folder.Name)}' is a folder; an image of XenServer holds 0.vhd, 1.vhd and so on, and nothing else.", folder.HeaderOffset, reference: Reference);
        }

        if (archive.IsComplete && (_disks.Keys.Last() != _disks.Count - 1 || _disks.Keys.First() != 0))
        {
            checks.Fail(CheckNames.Container, FormattableString.Invariant($"The archive holds {_disks.Count} disks of a chain, and they are not numbered from 0.vhd to {_disks.Count - 1}.vhd."), reference: Reference);
            return facts;
        }

        // In the order of the archive: what is unpacked on the way is read forward.
        foreach ((int number, TarMember member) in _disks.OrderBy(disk => disk.Value.Offset))
        {
            bool isBase = archive.IsComplete && number == _disks.Count - 1;
            InnerImage disk = ArchiveRules.JudgeDisk(member, DiskFormat.Vhd.Name, context, isBase ? [] : [CheckNames.Parent]);
            facts = number == 0 ? disk.Put(facts) : facts with { InnerFormat = DiskFormat.Vhd };
        }

        InspectionContext.WhereHere(JudgeParents);
        if (archive.IsComplete)
        {
            checks.Note(CheckNames.Container, FormattableString.Invariant($"The archive is an image of XenServer, a chain of {_disks.Count} VHDs with the newest first."));
        }

        return facts;
    }

    private static int? NumberOf(TarMember member)
    {
        string name = MemberName.Normalize(member.Name);
        string digits = name.EndsWith(Extension, StringComparison.Ordinal) ? name[..^Extension.Length] : string.Empty;
        bool isNumber = digits.Length is > 0 and <= MostDigits && digits.All(char.IsAsciiDigit) && (digits.Length == 1 || digits[0] != '0');
        return isNumber ? int.Parse(digits, CultureInfo.InvariantCulture) : null;
    }

    private static SortedDictionary<int, TarMember> Number(TarArchive archive)
    {
        SortedDictionary<int, TarMember> disks = [];
        foreach (TarMember member in archive.Members.Where(member => member.IsRegular))
        {
            // A second member of one name is refused as such.
            _ = disks.TryAdd(NumberOf(member)!.Value, member);
        }

        return disks;
    }

    /// <summary>A child names its parent by its id; one that names another disk would be read as what it is not.</summary>
    private void JudgeParents()
    {
        Dictionary<int, (VhdMetadata Disk, TarMember Member)> read = [];
        foreach ((int number, TarMember member) in _disks.OrderBy(disk => disk.Value.Offset))
        {
            using SliceImageReader slice = new(context.Reader, member.Offset, member.Length, member.Name);
            read.Add(number, (VhdMetadata.Read(slice), member));
        }

        foreach ((int number, (VhdMetadata disk, TarMember member)) in read)
        {
            bool isChild = disk.Effective.Type == VhdFooter.DifferencingType;
            if (!read.TryGetValue(number + 1, out (VhdMetadata Disk, TarMember Member) parent))
            {
                continue;
            }

            string name = ImageText.Show(member.Name);
            string next = ImageText.Show(parent.Member.Name);
            if (!isChild)
            {
                context.Checks.Fail(CheckNames.Container, $"'{name}' is whole, and still '{next}' follows it in the chain.", member.HeaderOffset, reference: Reference);
            }
            else if (disk.Header is { } header && header.ParentId != parent.Disk.Effective.UniqueId)
            {
                context.Checks.Fail(CheckNames.Container, $"'{name}' is the child of another disk than '{next}', which follows it in the chain.", member.HeaderOffset, reference: Reference);
            }
        }
    }
}
