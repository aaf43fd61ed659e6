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
    /// <exception cref="ContentNotHereException">It is not known (<see cref="IsLengthKnown"/>).</exception>
    long Length { get; }

    /// <summary>False where nobody knows yet how many bytes there are, as in a stream that still runs.</summary>
    bool IsLengthKnown => true;

    /// <summary>The number of bytes read so far, for measurements.</summary>
    long BytesRead { get; }

    /// <summary>Reads as much as the buffer holds, or to the end.</summary>
    /// <param name="offset">Where to begin, in bytes; beyond the end gives 0.</param>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>The number of bytes read; fewer than the buffer only at the end.</returns>
    /// <exception cref="Errors.ImageUnreadableException">The system could not read them.</exception>
    /// <exception cref="ContentNotHereException">The reader has only a part of the image, and not this one (<see cref="Has"/>).</exception>
    int Read(long offset, Span<byte> buffer);

    /// <summary>
    /// Says whether a range could be read now. A reader of a whole image has everything; one of a part, for example the
    /// beginning of a download, has not.
    /// </summary>
    /// <param name="offset">Where the range begins, in bytes.</param>
    /// <param name="count">Its length; what lies behind the end of the image is not counted.</param>
    /// <returns>True where all of it is there.</returns>
    bool Has(long offset, int count) => true;
}
