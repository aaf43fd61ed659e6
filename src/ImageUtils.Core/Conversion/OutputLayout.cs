namespace ImageUtils.Conversion;

/// <summary>
/// How a format lays out a disk, as far as it decides the space that a new image takes: in which units data are stored, and
/// what stands beside them. qemu-img measures raw and qcow2 only; these bounds are for what qemu-img writes by default.
/// </summary>
internal sealed record OutputLayout
{
    private const long Page = 4096;
    private const long MiB = 1L << 20;
    private const long Cluster = 64L << 10;

    private readonly Func<long, long, long> _overhead;

    private OutputLayout(long granule, Func<long, long, long> overhead)
    {
        Granule = granule;
        _overhead = overhead;
    }

    /// <summary>The unit in which data are stored, in bytes; a power of two from 512 to 2 MiB.</summary>
    public long Granule { get; }

    /// <summary>The layout of a format that can be written.</summary>
    /// <param name="format">The format; not qcow2, which qemu-img measures itself.</param>
    /// <returns>The layout.</returns>
    public static OutputLayout Of(DiskFormat format)
    {
        if (format == DiskFormat.Vhd)
        {
            // Blocks of 2 MiB of which only the written pages take space; a table of 4 bytes a block; a bitmap before each
            // block, which also shifts its data by a sector, so that they touch one page more.
            return new OutputLayout(Cluster, static (size, data) => (3 * Page) + Align(4 * Count(size, 2 * MiB), Page) + (2 * Page * Used(size, 2 * MiB, data)));
        }

        if (format == DiskFormat.Vhdx)
        {
            // Header, log, metadata and table in units of 1 MiB; 8 bytes a block of 8 MiB or more, some entries for bitmaps.
            return new OutputLayout(Cluster, static (size, _) => (4 * MiB) + Align(16 * Count(size, 8 * MiB), MiB));
        }

        if (format == DiskFormat.Vdi)
        {
            // Whole blocks of 1 MiB, a table of 4 bytes a block.
            return new OutputLayout(MiB, static (size, _) => (2 * Page) + Align(4 * Count(size, MiB), Page));
        }

        if (format == DiskFormat.Parallels)
        {
            return new OutputLayout(MiB, static (size, _) => Align((4 * Count(size, MiB)) + Page, MiB) + MiB);
        }

        if (format == DiskFormat.Vmdk)
        {
            // Grains of 64 KiB; header and descriptor; directory and tables (2 KiB for 32 MiB) are there twice.
            return new OutputLayout(Cluster, static (size, data) => (3 * Cluster) + (2 * Align(4 * Count(size, 32 * MiB), Page)) + (4 * Page * Used(size, 32 * MiB, data)));
        }

        return new OutputLayout(Cluster, static (_, _) => 0);
    }

    /// <summary>The space of an image that holds so much data.</summary>
    /// <param name="virtualSize">The size of the disk in bytes.</param>
    /// <param name="dataBytes">The bytes of data, in whole granules.</param>
    /// <returns>The bytes with everything beside the data.</returns>
    public long SizeOf(long virtualSize, long dataBytes)
    {
        Int128 size = (Int128)dataBytes + _overhead(virtualSize, dataBytes);
        return size > long.MaxValue ? long.MaxValue : (long)size;
    }

    /// <summary>Rounds up to whole granules.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The bytes of the granules.</returns>
    public long InGranules(long bytes) => Align(bytes, Granule);

    private static long Count(long size, long unit) => (size / unit) + (size % unit == 0 ? 0 : 1);

    private static long Align(long size, long unit) => size > long.MaxValue - unit ? long.MaxValue : Count(size, unit) * unit;

    // A unit is in use where a cluster of data lies in it, so there are never more of them than clusters.
    private static long Used(long size, long unit, long data) => Math.Min(Count(size, unit), Count(data, Cluster));
}
