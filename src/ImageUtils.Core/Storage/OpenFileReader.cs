using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>Reads a file that somebody else has open, and closes nothing.</summary>
/// <param name="handle">The open file.</param>
/// <param name="name">What errors call it.</param>
internal sealed class OpenFileReader(SafeFileHandle handle, string name) : IImageReader
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public long Length { get; } = RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int done = 0;
        while (done < buffer.Length && RandomAccess.Read(handle, buffer[done..], offset + done) is > 0 and int count)
        {
            done += count;
        }

        BytesRead += done;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
