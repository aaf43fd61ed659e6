namespace ImageUtils.Core.Tests.Chains;

/// <summary>Layers with a byte of their own in every sector they were given.</summary>
internal static class SmallChain
{
    public static ModelVhd Layer(int type, int size, byte value, ModelVhd? parent = null, int blockSize = 4096, int first = 0, int last = int.MaxValue, string end = "whole")
    {
        byte[] data = new byte[size];
        bool[] written = new bool[(size + 511) / 512];
        for (int sector = 0; sector < written.Length; sector++)
        {
            written[sector] = type == ModelVhd.Fixed || (sector >= first && sector < last);
            if (sector >= first && sector < last)
            {
                data.AsSpan(sector * 512, Math.Min(512, size - (sector * 512))).Fill(value);
            }
        }

        return new ModelVhd { Type = type, Data = data, Written = written, BlockSize = blockSize, ParentId = parent?.Id ?? Guid.Empty, End = end };
    }

    /// <summary>Three links of 64 KiB; each hides a part of the one below.</summary>
    public static ModelVhd[] Three()
    {
        ModelVhd last = Layer(ModelVhd.Dynamic, 65536, 1, first: 0, last: 60);
        ModelVhd middle = Layer(ModelVhd.Differencing, 65536, 2, last, first: 20, last: 80);
        return [Layer(ModelVhd.Differencing, 65536, 3, middle, first: 40, last: 100), middle, last];
    }

    public static string[] Save(IReadOnlyList<ModelVhd> newestFirst, string folder)
    {
        string[] paths = [.. newestFirst.Select((_, index) => Path.Combine(folder, $"{index}.vhd"))];
        for (int index = 0; index < paths.Length; index++)
        {
            newestFirst[index].Save(paths[index], new Random(index));
        }

        return paths;
    }
}
