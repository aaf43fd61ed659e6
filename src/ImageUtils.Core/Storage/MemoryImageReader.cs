namespace ImageUtils.Storage;

/// <summary>Reads bytes that are in memory already.</summary>
/// <param name="content">The bytes.</param>
/// <param name="name">What errors call them.</param>
public sealed class MemoryImageReader(ReadOnlyMemory<byte> content, string name = "memory") : IImageReader
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public long Length => content.Length;

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset >= content.Length)
        {
            return 0;
        }

        ReadOnlySpan<byte> rest = content.Span[(int)offset..];
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        BytesRead += count;
        return count;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
