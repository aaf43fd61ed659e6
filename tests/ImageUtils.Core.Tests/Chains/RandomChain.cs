namespace ImageUtils.Core.Tests.Chains;

/// <summary>A chain that a seed makes, in a folder as 0.vhd, 1.vhd, ….</summary>
internal sealed class RandomChain
{
    private static readonly int[] BlockSizes = [512, 512, 1024, 1024, 2048, 4096, 8192, 8192, 16384, 32768, 32768, 65536, 131072, 262144, 524288, 1 << 20, 2 << 20, 4 << 20];

    private readonly Random _random;

    public RandomChain(int seed, string folder)
    {
        _random = new Random(seed);
        int length = 1 + _random.Next(5);
        int size = Size();
        List<ModelVhd> oldestFirst = [];
        for (int index = 0; index < length; index++)
        {
            oldestFirst.Add(Layer(index == 0 ? null : oldestFirst[^1], size));
            size = _random.Next(4) switch { 0 => Size(), 1 => size + (512 * _random.Next(2000)), _ => size };
        }

        oldestFirst.Reverse();
        Layers = oldestFirst;
        Paths = [.. oldestFirst.Select((_, index) => Path.Combine(folder, $"{index}.vhd"))];
        for (int index = 0; index < length; index++)
        {
            Layers[index].Save(Paths[index], _random);
        }
    }

    public IReadOnlyList<ModelVhd> Layers { get; }

    public IReadOnlyList<string> Paths { get; }

    public byte[] Content => ModelVhd.Merge(Layers);

    public override string ToString() => string.Join(" > ", Layers.Select(layer => $"type {layer.Type} size {layer.Size} block {layer.BlockSize} end {layer.End}"));

    private int Size()
    {
        int size = _random.Next(8) == 0 ? 512 * (1 + _random.Next(9000)) : 512 * (1 + _random.Next(1500));
        return _random.Next(12) == 0 ? size + _random.Next(511) : size;
    }

    private ModelVhd Layer(ModelVhd? parent, int size)
    {
        bool isFixed = parent is null && _random.Next(5) == 0;
        byte[] data = new byte[size];
        bool[] written = new bool[(size + 511) / 512];
        if (isFixed)
        {
            Array.Fill(written, true);
        }

        for (int run = _random.Next(12); run > 0; run--)
        {
            Write(data, written);
        }

        if (_random.Next(5) == 0)
        {
            for (int sector = _random.Next(written.Length); sector < written.Length; sector += 1 + _random.Next(9))
            {
                written[sector] = true;
                data[sector * 512] = (byte)(1 + _random.Next(255));
            }
        }

        bool isTap = _random.Next(3) > 0;
        return new ModelVhd
        {
            Type = isFixed ? ModelVhd.Fixed : parent is null ? ModelVhd.Dynamic : ModelVhd.Differencing,
            Data = data,
            Written = written,
            BlockSize = BlockSizes[_random.Next(BlockSizes.Length)],
            Id = NewId(),
            ParentId = parent?.Id ?? Guid.Empty,
            Creator = isTap ? "tap\0" : new[] { "qemu", "win ", "vpc ", "CTXS" }[_random.Next(4)],
            CreatorVersion = isTap ? 0x00010003u : 0x00050003u,
            SpareEntries = _random.Next(3) == 0 ? _random.Next(300) : 0,
            HasJunk = _random.Next(3) == 0,
            End = _random.Next(8) switch { 0 => "old", 1 when !isFixed => "spoilt", 2 when !isFixed => "missing", _ => "whole" },
        };
    }

    private Guid NewId()
    {
        byte[] bytes = new byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private void Write(byte[] data, bool[] written)
    {
        int first = _random.Next(written.Length);
        int count = Math.Min(written.Length - first, 1 + _random.Next(_random.Next(3) == 0 ? 3000 : 20));
        Span<byte> part = data.AsSpan(first * 512, Math.Min(count * 512, data.Length - (first * 512)));
        if (_random.Next(5) == 0)
        {
            part.Clear();
        }
        else
        {
            _random.NextBytes(part);
        }

        Array.Fill(written, true, first, count);
    }
}
