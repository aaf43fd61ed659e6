using System.Buffers.Binary;

namespace ImageUtils.Core.Tests.Chains;

/// <summary>
/// A VHD as a list of writes, and a writer of its own that makes files of it as several programs would: shuffled blocks,
/// gaps, junk where the bitmaps say nothing, reserved tables, old, spoilt and missing footers.
/// </summary>
internal sealed class ModelVhd
{
    public const int Fixed = 2;
    public const int Dynamic = 3;
    public const int Differencing = 4;

    public required int Type { get; init; }

    public required byte[] Data { get; init; }

    /// <summary>The sectors that were written, one flag each.</summary>
    public required bool[] Written { get; init; }

    public int BlockSize { get; init; } = 2 << 20;

    public Guid Id { get; init; } = Guid.NewGuid();

    public Guid ParentId { get; init; }

    public string Creator { get; init; } = "tap\0";

    public uint CreatorVersion { get; init; } = 0x00010003;

    public int SpareEntries { get; init; }

    public bool HasJunk { get; init; }

    /// <summary>What becomes of the footer at the end: whole, old (511 bytes), spoilt, missing.</summary>
    public string End { get; init; } = "whole";

    public int Size => Data.Length;

    public byte At(int position) => Data[position];

    public static byte[] Merge(IReadOnlyList<ModelVhd> newestFirst)
    {
        byte[] disk = new byte[newestFirst[0].Size];
        for (int position = 0; position < disk.Length; position++)
        {
            foreach (ModelVhd layer in newestFirst)
            {
                if (position >= layer.Size)
                {
                    break;
                }

                if (layer.Written[position / 512])
                {
                    disk[position] = layer.Data[position];
                    break;
                }
            }
        }

        return disk;
    }

    public void Save(string path, Random random)
    {
        using FileStream file = File.Create(path);
        if (Type == Fixed)
        {
            file.Write(Data);
            file.Write(Footer().AsSpan(0, string.Equals(End, "old", StringComparison.Ordinal) ? 511 : 512));
            return;
        }

        int blocks = (Size + BlockSize - 1) / BlockSize;
        int entries = blocks + SpareEntries;
        int bitmapSize = Math.Max(512, BlockSize / 512 / 8);
        byte[] table = [.. Enumerable.Repeat((byte)0xff, (((entries * 4) + 511) / 512) * 512)];
        long end = 1536 + table.Length;
        bool hasBatmap = Creator.StartsWith("tap", StringComparison.Ordinal) && CreatorVersion >= 0x00010002;
        if (hasBatmap)
        {
            Write(file, end, Batmap(end, random));
            end += 1024;
        }

        int[] used = [.. Enumerable.Range(0, blocks).Where(block => HasData(block) || random.Next(6) == 0)];
        random.Shuffle(used);
        foreach (int block in used)
        {
            end += random.Next(3) == 0 ? 512 * random.Next(9) : 0;
            BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(block * 4), (uint)(end / 512));
            Write(file, end, Block(block, bitmapSize, random));
            end += bitmapSize + BlockSize;
        }

        Write(file, 0, Footer());
        Write(file, 512, Header(entries));
        Write(file, 1536, table);
        file.SetLength(end);
        byte[] footer = Footer();
        switch (End)
        {
            case "whole":
                Write(file, end, footer);
                break;
            case "old":
                Write(file, end, footer.AsSpan(0, 511).ToArray());
                break;
            case "spoilt":
                random.NextBytes(footer.AsSpan(0, 8));
                Write(file, end, footer);
                break;
            default:
                break;
        }
    }

    private static void Write(FileStream file, long offset, byte[] bytes)
    {
        file.Position = offset;
        file.Write(bytes);
    }

    private static void Seal(byte[] bytes, int offset)
    {
        bytes.AsSpan(offset, 4).Clear();
        uint sum = 0;
        foreach (byte value in bytes)
        {
            sum += value;
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), ~sum);
    }

    private bool HasData(int block)
    {
        int first = block * BlockSize / 512;
        int last = Math.Min(Written.Length, first + (BlockSize / 512));
        return Enumerable.Range(first, last - first).Any(sector => Written[sector]);
    }

    private byte[] Block(int block, int bitmapSize, Random random)
    {
        byte[] bytes = new byte[bitmapSize + BlockSize];
        if (HasJunk)
        {
            random.NextBytes(bytes.AsSpan(bitmapSize));
        }

        for (int sector = 0; sector < BlockSize / 512; sector++)
        {
            int position = (block * BlockSize) + (sector * 512);
            if (position < Size && Written[position / 512])
            {
                bytes[sector / 8] |= (byte)(128 >> (sector % 8));
                Data.AsSpan(position, Math.Min(512, Size - position)).CopyTo(bytes.AsSpan(bitmapSize + (sector * 512)));
            }
        }

        return bytes;
    }

    private static byte[] Batmap(long offset, Random random)
    {
        byte[] bytes = new byte[1024];
        "tdbatmap"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), offset + 512);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), 1);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), 0x00010002);

        // It lies, and nobody should care.
        random.NextBytes(bytes.AsSpan(512));
        return bytes;
    }

    private byte[] Footer()
    {
        byte[] footer = new byte[512];
        "conectix"u8.CopyTo(footer);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(8), 2);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(12), 0x00010000);
        BinaryPrimitives.WriteInt64BigEndian(footer.AsSpan(16), Type == Fixed ? -1 : 512);
        System.Text.Encoding.ASCII.GetBytes(Creator).CopyTo(footer.AsSpan(28));
        BinaryPrimitives.WriteUInt32BigEndian(footer.AsSpan(32), CreatorVersion);
        BinaryPrimitives.WriteInt64BigEndian(footer.AsSpan(40), Size);
        BinaryPrimitives.WriteInt64BigEndian(footer.AsSpan(48), Size);
        BinaryPrimitives.WriteInt32BigEndian(footer.AsSpan(60), Type);
        Id.TryWriteBytes(footer.AsSpan(68), bigEndian: true, out _);
        Seal(footer, 64);
        return footer;
    }

    private byte[] Header(int entries)
    {
        byte[] header = new byte[1024];
        "cxsparse"u8.CopyTo(header);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), -1);
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(16), 1536);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(24), 0x00010000);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(28), entries);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(32), BlockSize);
        ParentId.TryWriteBytes(header.AsSpan(40), bigEndian: true, out _);
        System.Text.Encoding.BigEndianUnicode.GetBytes("parent.vhd").CopyTo(header.AsSpan(64));
        Seal(header, 36);
        return header;
    }
}
