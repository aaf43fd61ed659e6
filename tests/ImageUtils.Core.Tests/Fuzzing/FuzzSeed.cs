using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>A good or odd image that mutations start from, and the places that an inspector reads in it.</summary>
public sealed class FuzzSeed
{
    private FuzzSeed(string name, byte[] content, (long Offset, int Count)[] reads)
    {
        Name = name;
        Content = content;
        Reads = reads;
    }

    public string Name { get; }

    public byte[] Content { get; }

    /// <summary>What the inspection of the untouched image read: mutations elsewhere would change nothing.</summary>
    public IReadOnlyList<(long Offset, int Count)> Reads { get; }

    public static FuzzSeed Of(string name, byte[] content)
    {
        using var reader = new MutatedImageReader(new MutatedImage(content, content.Length, []), remembersReads: true);
        _ = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = InspectionDepth.Full }, CancellationToken.None);
        return new FuzzSeed(name, content, reader.Places.Where(place => place.Count > 0).Distinct().Take(4096).ToArray());
    }
}
