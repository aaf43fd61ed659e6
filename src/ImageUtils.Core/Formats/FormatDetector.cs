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
    private delegate long? Signature(DetectionWindow window);

    /// <summary>Finds all formats of a file; reads about 36 KiB.</summary>
    /// <param name="reader">The bytes.</param>
    /// <returns>All matches and the primary one.</returns>
    /// <exception cref="Errors.ImageUnreadableException">The bytes cannot be read.</exception>
    public static FormatDetection Detect(IImageReader reader)
    {
        DetectionWindow window = new(reader);
        List<FormatMatch> matches = [];
        foreach ((DiskFormat format, Signature signature) in Signatures())
        {
            if (signature(window) is long offset)
            {
                matches.Add(new FormatMatch(format, offset));
            }
        }

        return new FormatDetection(Choose(matches), matches);
    }

    /// <summary>
    /// The order is the order of precedence: formats with a header first, then the ones that a guest writes on its disk.
    /// </summary>
    private static IEnumerable<(DiskFormat Format, Signature Signature)> Signatures()
    {
        yield return (DiskFormat.Qcow2, window => Qcow2Header.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Qcow, window => Qcow.QcowHeader.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Qed, window => QedHeader.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Vmdk, window => VmdkSignature.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Vhdx, window => VhdxLayout.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Vdi, window => VdiHeader.IsMatch(window.Head) ? VdiHeader.SignatureOffset : null);
        yield return (DiskFormat.Luks, window => LuksSignature.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Parallels, window => ParallelsHeader.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Bochs, window => BochsHeader.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Cloop, window => CloopHeader.IsMatch(window.Head) ? 0 : null);
        yield return (DiskFormat.Vhd, VhdSignature.Find);
        yield return (DiskFormat.Dmg, window => DmgTrailer.IsMatch(window.Tail) && window.Reader.Length >= DmgTrailer.Size ? window.TailOffset : null);
        foreach (DiskFormat container in ContainerSignature.Formats)
        {
            yield return (container, window => ContainerSignature.Find(window) == container ? 0 : null);
        }

        yield return (DiskFormat.Iso, IsoSignature.Find);
        yield return (DiskFormat.Gpt, window => PartitionSignature.Find(window) == DiskFormat.Gpt ? PartitionSignature.Offset : null);
        yield return (DiskFormat.Mbr, window => PartitionSignature.Find(window) == DiskFormat.Mbr ? PartitionSignature.Offset : null);
    }

    private static DiskFormat Choose(List<FormatMatch> matches) => matches.Count == 0 ? DiskFormat.Raw : matches[0].Format;
}
