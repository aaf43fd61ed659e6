namespace ImageUtils.Storage;

/// <summary>Remembers what was asked of another reader and was not there. It does not own the other one.</summary>
internal sealed class ObservedImageReader(IImageReader inner) : IImageReader
{
    private const int MostRanges = 64;

    private readonly List<ByteRange> _missing = [];

    /// <summary>The ranges that were wanted, in the order of the wishes; the first 64.</summary>
    public IReadOnlyList<ByteRange> Missing => _missing;

    /// <summary>True where everything that was wanted was there.</summary>
    public bool IsComplete { get; private set; } = true;

    public string Name => inner.Name;

    public long BytesRead => inner.BytesRead;

    public bool IsLengthKnown
    {
        get
        {
            IsComplete &= inner.IsLengthKnown;
            return inner.IsLengthKnown;
        }
    }

    public long Length => IsLengthKnown ? inner.Length : throw new ContentNotHereException();

    public bool Has(long offset, int count)
    {
        bool isHere = inner.Has(offset, count);
        if (!isHere)
        {
            Remember(new ByteRange(offset, count));
        }

        return isHere;
    }

    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            return inner.Read(offset, buffer);
        }
        catch (ContentNotHereException)
        {
            // What the reader below says is in its own count, which begins elsewhere for a slice.
            Remember(new ByteRange(offset, buffer.Length));
            throw;
        }
    }

    public void Dispose()
    {
    }

    private void Remember(ByteRange range)
    {
        IsComplete = false;
        if (_missing.Count < MostRanges && !_missing.Contains(range))
        {
            _missing.Add(range);
        }
    }
}
