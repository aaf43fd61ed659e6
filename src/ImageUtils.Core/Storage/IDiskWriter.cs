namespace ImageUtils.Storage;

/// <summary>
/// Writes the disk inside a new image. Runs may come in any order, each byte once; what is never written is zeros. Zeros
/// cost nothing: where whole grains of 4 KiB are zeros the file keeps its holes.
/// </summary>
public interface IDiskWriter : IDisposable
{
    /// <summary>Bytes written to the file so far, tables included.</summary>
    long BytesWritten { get; }

    /// <summary>Blocks of 2 MiB of the disk, or the format's own blocks, that hold data.</summary>
    long BlocksWritten { get; }

    /// <summary>Writes a run of data.</summary>
    /// <param name="offset">Where it belongs, in bytes of the disk.</param>
    /// <param name="data">The data; they end with the disk at the latest.</param>
    /// <exception cref="IOException">The system could not write them.</exception>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Writes what belongs to the format, and sets the length of the file.</summary>
    /// <exception cref="IOException">The system could not write it.</exception>
    void Complete();
}
