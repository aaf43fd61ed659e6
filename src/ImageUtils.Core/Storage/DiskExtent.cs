namespace ImageUtils.Storage;

/// <summary>A stretch of a disk, all of one kind.</summary>
/// <param name="Offset">Where it begins, in bytes of the disk.</param>
/// <param name="Length">Its length in bytes; never 0.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct DiskExtent(long Offset, long Length, DiskExtentKind Kind)
{
    /// <summary>The first byte behind it.</summary>
    public long End => Offset + Length;
}
