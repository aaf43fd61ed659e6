namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>An image with some of its bytes changed and its end moved; the image itself is not copied.</summary>
/// <param name="Content">The bytes of the seed.</param>
/// <param name="Length">The length it is said to have; what lies behind the seed's end is zero.</param>
/// <param name="Patches">The changes, the later ones on top.</param>
public sealed record MutatedImage(byte[] Content, long Length, List<(long Offset, byte[] Bytes)> Patches)
{
    private const long MostSaved = 1L << 40;

    /// <summary>Reads like a file.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length)
        {
            return 0;
        }

        int count = (int)Math.Min(buffer.Length, Length - offset);
        Span<byte> target = buffer[..count];
        int whole = (int)Math.Clamp(Content.Length - offset, 0, count);
        Content.AsSpan((int)Math.Min(offset, Content.Length), whole).CopyTo(target);
        target[whole..].Clear();
        foreach ((long place, byte[] bytes) in Patches)
        {
            long from = Math.Max(place, offset);
            long to = Math.Min(place + bytes.Length, offset + count);
            if (from < to)
            {
                bytes.AsSpan((int)(from - place), (int)(to - from)).CopyTo(target[(int)(from - offset)..]);
            }
        }

        return count;
    }

    /// <summary>Reads a part that may lie outside; what is not there is zero.</summary>
    public byte[] Part(long offset, int count)
    {
        byte[] part = new byte[count];
        if (offset >= 0)
        {
            Read(offset, part);
        }

        return part;
    }

    /// <summary>Writes the image, with holes where it is longer than its seed, for the test that a finding becomes.</summary>
    public void Save(string path)
    {
        using FileStream file = File.Create(path);
        file.SetLength(Math.Min(Length, MostSaved));
        file.Write(Content.AsSpan(0, (int)Math.Min(Content.Length, file.Length)));
        foreach ((long place, byte[] bytes) in Patches.Where(patch => patch.Offset < file.Length))
        {
            file.Position = place;
            file.Write(bytes.AsSpan(0, (int)Math.Min(bytes.Length, file.Length - place)));
        }
    }
}
