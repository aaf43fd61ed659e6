namespace ImageUtils.Formats.Vhd;

/// <summary>
/// Cylinders, heads and sectors of a disk (specification 1.0, appendix "CHS Calculation"). They round down; readers that
/// obey them cut the disk, which is why the creator we write is one whose size counts.
/// </summary>
/// <param name="Cylinders">Cylinders.</param>
/// <param name="Heads">Heads of a cylinder.</param>
/// <param name="TrackSectors">Sectors of a track.</param>
internal readonly record struct VhdGeometry(ushort Cylinders, byte Heads, byte TrackSectors)
{
    private const long MostSectors = 65535L * 16 * 255;

    /// <summary>Computes the geometry of a disk.</summary>
    /// <param name="virtualSize">Its size in bytes.</param>
    /// <returns>The geometry.</returns>
    public static VhdGeometry Of(long virtualSize)
    {
        long sectors = Math.Min(virtualSize / 512, MostSectors);
        if (sectors >= 65535L * 16 * 63)
        {
            return new VhdGeometry((ushort)(sectors / 255 / 16), 16, 255);
        }

        long track = 17;
        long cylinderTimesHeads = sectors / track;
        long heads = Math.Max(4, (cylinderTimesHeads + 1023) / 1024);
        if (cylinderTimesHeads >= heads * 1024 || heads > 16)
        {
            (track, heads) = (31, 16);
            cylinderTimesHeads = sectors / track;
        }

        if (cylinderTimesHeads >= heads * 1024)
        {
            (track, heads) = (63, 16);
            cylinderTimesHeads = sectors / track;
        }

        return new VhdGeometry((ushort)(cylinderTimesHeads / heads), (byte)heads, (byte)track);
    }
}
