namespace ImageUtils.Storage;

/// <summary>A part of another reader, for example a member of an archive. It does not own the other one.</summary>
public sealed class SliceImageReader : IImageReader
{
    private readonly IImageReader _whole;
    private readonly long _start;

    /// <summary>Makes a reader of a part.</summary>
    /// <param name="whole">The reader of the whole.</param>
    /// <param name="start">Where the part begins, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part leaves the whole.</exception>
    public SliceImageReader(IImageReader whole, long start, long length, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (whole.IsLengthKnown)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(start, whole.Length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, whole.Length - start);
        }

        _whole = whole;
        _start = start;
        Length = length;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset >= Length)
        {
            return 0;
        }

        int count = _whole.Read(_start + offset, buffer[..(int)Math.Min(buffer.Length, Length - offset)]);
        BytesRead += count;
        return count;
    }

    /// <inheritdoc/>
    public bool Has(long offset, int count) => offset >= Length || _whole.Has(_start + offset, (int)Math.Min(count, Length - offset));

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
