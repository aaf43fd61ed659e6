namespace ImageUtils.Storage;

/// <summary>
/// The disk inside an image, without its parents: random access, and a map of what the image holds. Engines for all
/// formats meet here. Not for several threads at once.
/// </summary>
public interface IDiskReader : IDisposable
{
    /// <summary>What errors name: the path of the image.</summary>
    string Name { get; }

    /// <summary>The size of the disk in bytes; it need not be whole sectors.</summary>
    long VirtualSize { get; }

    /// <summary>Bytes read from the image so far, tables included.</summary>
    long BytesRead { get; }

    /// <summary>Reads a part of the disk. What the image does not hold, and what lies behind its end, is given as zeros.</summary>
    /// <param name="offset">Where to begin, in bytes of the disk.</param>
    /// <param name="buffer">Where the bytes go; it is filled.</param>
    /// <exception cref="Errors.ImageUnreadableException">The system could not read them.</exception>
    /// <exception cref="Errors.VhdCorruptException">The image ends before its data.</exception>
    void Read(long offset, Span<byte> buffer);

    /// <summary>Says what the image holds, in order and without gaps; neighbours may be of one kind.</summary>
    /// <param name="offset">Where to begin, in bytes of the disk.</param>
    /// <param name="length">How far to go; what lies behind the end of the disk is left out.</param>
    /// <returns>The extents, found as they are asked for.</returns>
    IEnumerable<DiskExtent> Map(long offset, long length);
}
