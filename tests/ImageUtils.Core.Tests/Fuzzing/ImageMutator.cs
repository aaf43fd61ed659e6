using System.Buffers.Binary;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>
/// Makes a bad image out of a good one. It knows where parsers look, which numbers break them (zero, the extremes, the
/// file's length and its neighbours, powers of two), and repairs checksums in half of its images, so that what lies behind
/// a checksum is reached too. The same number gives the same image.
/// </summary>
public sealed class ImageMutator(IReadOnlyList<FuzzSeed> seeds)
{
    private const int MostChanges = 6;
    private static readonly int[] Sizes = [1, 2, 4, 8];
    private static readonly long[] FarEnds = [1L << 31, 1L << 32, 1L << 40, 1L << 62, long.MaxValue, (1L << 32) + 511];

    /// <summary>Makes one image.</summary>
    /// <param name="number">Which one; any number.</param>
    /// <returns>The image and the seed it came from.</returns>
    public (FuzzSeed Seed, MutatedImage Image) Make(long number)
    {
        var random = new Random(unchecked((int)(number * 2654435761L) ^ (int)(number >> 16)));
        FuzzSeed seed = seeds[random.Next(seeds.Count)];
        MutatedImage image = new(seed.Content, LengthFor(seed, random), []);
        for (int change = random.Next(1, MostChanges + 1); change > 0; change--)
        {
            Change(seed, image, random);
        }

        if (random.Next(2) == 0)
        {
            ChecksumRepair.Apply(image);
        }

        return (seed, image);
    }

    private static long LengthFor(FuzzSeed seed, Random random)
    {
        long length = seed.Content.Length;
        return random.Next(16) switch
        {
            0 => random.NextInt64(length + 1),
            1 => Math.Min(length, 512L * random.Next(1, 200)) - random.Next(2),
            2 => length + random.Next(1, 2048),
            3 => FarEnds[random.Next(FarEnds.Length)],
            _ => length,
        };
    }

    private static long PlaceIn(FuzzSeed seed, Random random)
    {
        if (seed.Reads.Count == 0)
        {
            return 0;
        }

        // One place in two is in the headers, which are few bytes among many.
        (long offset, int count) = random.Next(2) == 0 ? seed.Reads[random.Next(Math.Min(4, seed.Reads.Count))] : seed.Reads[random.Next(seed.Reads.Count)];
        int bound = random.Next(3) switch { 0 => Math.Min(count, 128), 1 => Math.Min(count, 1024), _ => count };
        long place = offset + random.Next(Math.Max(1, bound));

        // What is zero is seldom a field: look for a neighbour that is not.
        for (int tries = 0; tries < 8 && place < seed.Content.Length && seed.Content[place] == 0; tries++)
        {
            place = offset + random.Next(Math.Max(1, bound));
        }

        return place;
    }

    private static long InterestingNumber(FuzzSeed seed, MutatedImage image, Random random) => random.Next(12) switch
    {
        0 => 0,
        1 => -1,
        2 => 1,
        3 => image.Length + random.Next(-2, 3),
        4 => (image.Length / 512) + random.Next(-2, 3),
        5 => 1L << random.Next(64),
        6 => (1L << random.Next(64)) - 1,
        7 => unchecked((long)0x8000000080000000UL),
        8 => 0x7fffffff,
        9 => random.Next(seed.Content.Length + 1) & ~511,
        10 => random.NextInt64(),
        _ => random.Next(256),
    };

    private void Change(FuzzSeed seed, MutatedImage image, Random random)
    {
        long place = PlaceIn(seed, random);
        byte[] bytes;
        switch (random.Next(8))
        {
            case 0:
                bytes = [(byte)(image.Part(place, 1)[0] ^ (1 << random.Next(8)))];
                break;
            case 1:
                bytes = [(byte)random.Next(256)];
                break;
            case 2:
                // Another image's beginning, here or where detectors look.
                FuzzSeed other = seeds[random.Next(seeds.Count)];
                bytes = other.Content.AsSpan(0, Math.Min(other.Content.Length, random.Next(1, 1024))).ToArray();
                place = random.Next(4) switch { 0 => 0, 1 => 32768, 2 => Math.Max(0, image.Length - 512), _ => place };
                break;
            case 3:
                // A neighbour's value: tables with equal entries, fields that swap.
                bytes = image.Part(PlaceIn(seed, random) & ~7L, 8 * random.Next(1, 9));
                place &= ~7L;
                break;
            case 4:
                bytes = new byte[random.Next(1, 513)];
                bytes.AsSpan().Fill(random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) });
                break;
            case 5:
                long step = random.Next(-8, 9);
                bytes = image.Part(place & ~3L, 4);
                place &= ~3L;
                if (random.Next(2) == 0)
                {
                    BinaryPrimitives.WriteInt32BigEndian(bytes, unchecked((int)(BinaryPrimitives.ReadInt32BigEndian(bytes) + step)));
                }
                else
                {
                    BinaryPrimitives.WriteInt32LittleEndian(bytes, unchecked((int)(BinaryPrimitives.ReadInt32LittleEndian(bytes) + step)));
                }

                break;
            default:
                int size = Sizes[random.Next(Sizes.Length)];
                bytes = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, InterestingNumber(seed, image, random));
                bytes = bytes[..size];
                if (random.Next(2) == 0)
                {
                    Array.Reverse(bytes);
                }

                place &= ~(long)(size - 1);
                break;
        }

        image.Patches.Add((place, bytes));
    }
}
