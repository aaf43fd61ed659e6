using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>Counts how a mutated image is read, and ends what does not end by itself.</summary>
public sealed class MutatedImageReader(MutatedImage image, bool remembersReads = false) : IImageReader
{
    /// <summary>No table of a seed has so many parts that an inspection could ask more often than this.</summary>
    private const int MostReads = 300_000;

    private int _reads;

    public string Name => "mutated";

    public long Length => image.Length;

    public long BytesRead { get; private set; }

    public List<(long Offset, int Count)> Places { get; } = [];

    public int Read(long offset, Span<byte> buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (++_reads > MostReads)
        {
            throw new InvalidOperationException($"More than {MostReads} reads.");
        }

        int count = image.Read(offset, buffer);
        BytesRead += count;
        if (remembersReads)
        {
            Places.Add((offset, count));
        }

        return count;
    }

    public void Dispose()
    {
    }
}
