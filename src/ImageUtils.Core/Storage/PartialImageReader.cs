namespace ImageUtils.Storage;

/// <summary>
/// Some parts of an image, in memory: the beginning of a stream, both ends of one that went by, or what was asked of a
/// server so far. What is not there is an exception of its own, never zeros.
/// </summary>
public sealed class PartialImageReader : IImageReader
{
    private readonly List<(long Offset, ReadOnlyMemory<byte> Bytes)> _parts = [];
    private readonly long? _length;

    /// <summary>Makes a reader that has nothing yet.</summary>
    /// <param name="length">The number of bytes of the whole image; null: not known.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public PartialImageReader(long? length, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length ?? 0, nameof(length));
        _length = length;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsLengthKnown => _length is not null;

    /// <inheritdoc/>
    public long Length => _length ?? throw new ContentNotHereException();

    /// <inheritdoc/>
    public long BytesRead { get; private set; }

    /// <summary>Adds a part; one that touches or overlaps another makes a longer one.</summary>
    /// <param name="offset">Where it belongs, in bytes.</param>
    /// <param name="bytes">The bytes, which must not change afterwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">It leaves the image.</exception>
    public void Add(long offset, ReadOnlyMemory<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (_length is long length)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, length - offset, nameof(bytes));
        }

        if (!bytes.IsEmpty)
        {
            _parts.Add((offset, bytes));
            _parts.Sort((first, second) => first.Offset.CompareTo(second.Offset));
        }
    }

    /// <inheritdoc/>
    public bool Has(long offset, int count)
    {
        long end = _length is long length ? Math.Min(length, End(offset, count)) : End(offset, count);
        foreach ((long start, ReadOnlyMemory<byte> bytes) in _parts)
        {
            if (start <= offset && offset < start + bytes.Length)
            {
                offset = start + bytes.Length;
            }
        }

        return offset >= end;
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int wanted = _length is long length ? (int)Math.Clamp(length - offset, 0, buffer.Length) : buffer.Length;
        if (!Has(offset, wanted))
        {
            throw new ContentNotHereException(new ByteRange(offset, wanted));
        }

        int done = 0;
        foreach ((long start, ReadOnlyMemory<byte> bytes) in _parts)
        {
            long at = offset + done - start;
            if (done < wanted && at >= 0 && at < bytes.Length)
            {
                int count = (int)Math.Min(bytes.Length - at, wanted - done);
                bytes.Span.Slice((int)at, count).CopyTo(buffer[done..]);
                done += count;
            }
        }

        BytesRead += done;
        return done;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static long End(long offset, int count) => offset > long.MaxValue - count ? long.MaxValue : offset + count;
}
