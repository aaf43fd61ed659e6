using ImageUtils.Formats.Bochs;
using ImageUtils.Formats.Cloop;
using ImageUtils.Formats.Containers;
using ImageUtils.Formats.Dmg;
using ImageUtils.Formats.Iso;
using ImageUtils.Formats.Luks;
using ImageUtils.Formats.Parallels;
using ImageUtils.Formats.Partitions;
using ImageUtils.Formats.Qcow2;
using ImageUtils.Formats.Qed;
using ImageUtils.Formats.Vdi;
using ImageUtils.Formats.Vhd;
using ImageUtils.Formats.Vhdx;
using ImageUtils.Formats.Vmdk;
using ImageUtils.Storage;

namespace ImageUtils.Formats;

/// <summary>
/// Says what the bytes are, from the bytes alone: never from a name. It looks for every format, not for the first one,
/// so that a file that is two things at once is known as such.
/// </summary>
public static class FormatDetector
{
    /// <summary>
    /// The order is the order of precedence: formats with a header first, then the ones that a guest writes on its disk.
    /// </summary>
    private static readonly Signature[] Signatures =
    [
        window => AtBeginning(DiskFormat.Qcow2, Qcow2Header.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Qcow, Qcow.QcowHeader.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Qed, QedHeader.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Vmdk, VmdkSignature.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Vhdx, VhdxLayout.IsMatch(window.Head)),
        window => VdiHeader.IsMatch(window.Head) ? new FormatMatch(DiskFormat.Vdi, VdiHeader.SignatureOffset) : null,
        window => AtBeginning(DiskFormat.Luks, LuksSignature.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Parallels, ParallelsHeader.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Bochs, BochsHeader.IsMatch(window.Head)),
        window => AtBeginning(DiskFormat.Cloop, CloopHeader.IsMatch(window.Head)),
        window => VhdSignature.Find(window) is long offset ? new FormatMatch(DiskFormat.Vhd, offset) : null,
        window => window.IsTailSeen && window.Reader.Length >= DmgTrailer.Size && DmgTrailer.IsMatch(window.Tail) ? new FormatMatch(DiskFormat.Dmg, window.TailOffset) : null,
        window => ContainerSignature.Find(window) is DiskFormat container ? new FormatMatch(container, 0) : null,
        window => IsoSignature.Find(window) is long offset ? new FormatMatch(DiskFormat.Iso, offset) : null,
        window => PartitionSignature.Find(window) is DiskFormat table ? new FormatMatch(table, PartitionSignature.Offset) : null,
    ];

    private delegate FormatMatch? Signature(DetectionWindow window);

    /// <summary>Finds all formats of a file; reads about 36 KiB.</summary>
    /// <param name="reader">The bytes.</param>
    /// <returns>All matches and the primary one.</returns>
    /// <exception cref="Errors.ImageUnreadableException">The bytes cannot be read.</exception>
    /// <exception cref="ContentNotHereException">Not even the beginning is there.</exception>
    public static FormatDetection Detect(IImageReader reader)
    {
        DetectionWindow window = new(reader);
        List<FormatMatch> matches = [];
        foreach (Signature signature in Signatures)
        {
            if (signature(window) is FormatMatch match)
            {
                matches.Add(match);
            }
        }

        DiskFormat primary = matches.Count == 0 ? DiskFormat.Raw : matches[0].Format;
        return new FormatDetection(primary, matches) { Possible = FindPossible(primary, window) };
    }

    /// <summary>Only what stands behind the formats of the tail in the order of precedence can still become one of them.</summary>
    private static List<DiskFormat> FindPossible(DiskFormat primary, DetectionWindow window)
    {
        bool isContainer = ContainerSignature.Formats.Contains(primary);
        List<DiskFormat> possible = [];
        if (!window.IsTailSeen && (isContainer || primary.IsRawContent))
        {
            possible.AddRange([DiskFormat.Vhd, DiskFormat.Dmg]);
        }

        if (primary == DiskFormat.Tar && TarHeader.LooksLikeAppliance(window.Reader) is null)
        {
            possible.Add(DiskFormat.Ova);
        }

        return possible;
    }

    private static FormatMatch? AtBeginning(DiskFormat format, bool isMatch) => isMatch ? new FormatMatch(format, 0) : null;
}
