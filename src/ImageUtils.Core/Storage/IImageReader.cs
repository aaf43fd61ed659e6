namespace ImageUtils.Storage;

/// <summary>
/// Bytes of an image, wherever they are: a file, a block device, later a range of a server. Random access, bounded, and
/// counted, so that a test can say how much an inspection reads.
/// </summary>
public interface IImageReader : IDisposable
{
    /// <summary>What errors name: the path or address.</summary>
    string Name { get; }

    /// <summary>The number of bytes there are.</summary>
    long Length { get; }

    /// <summary>The number of bytes read so far, for measurements.</summary>
    long BytesRead { get; }

    /// <summary>Reads as much as the buffer holds, or to the end.</summary>
    /// <param name="offset">Where to begin, in bytes; beyond the end gives 0.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>The number of bytes read; fewer than the buffer only at the end.</returns>
    /// <exception cref="Errors.ImageUnreadableException">The system could not read them.</exception>
    int Read(long offset, Span<byte> buffer);
}
