using System.Buffers.Binary;

namespace ImageUtils.Core.Tests.Chains;

/// <summary>Reads a VHD without a parent in the two ways that readers have: by the bitmaps, and without looking at them.</summary>
internal static class PlainVhdReader
{
    public static byte[] Read(byte[] file, bool obeyBitmaps)
    {
        ReadOnlySpan<byte> footer = file.AsSpan(file.Length - 512);
        Assert.Equal("conectix"u8.ToArray(), footer[..8].ToArray());
        Assert.Equal("tap\0"u8.ToArray(), footer.Slice(28, 4).ToArray());
        RequireSum(footer, 64);
        int size = (int)BinaryPrimitives.ReadInt64BigEndian(footer[48..]);
        if (BinaryPrimitives.ReadInt32BigEndian(footer[60..]) == 2)
        {
            Assert.Equal(size, file.Length - 512);
            return file[..size];
        }

        Assert.Equal(3, BinaryPrimitives.ReadInt32BigEndian(footer[60..]));
        Assert.True(footer.SequenceEqual(file.AsSpan(0, 512)), "the copy of the footer differs");
        ReadOnlySpan<byte> header = file.AsSpan((int)BinaryPrimitives.ReadInt64BigEndian(footer[16..]), 1024);
        RequireSum(header, 36);
        int table = (int)BinaryPrimitives.ReadInt64BigEndian(header[16..]);
        int blockSize = BinaryPrimitives.ReadInt32BigEndian(header[32..]);
        int bitmapSize = Math.Max(512, blockSize / 4096);
        byte[] disk = new byte[size];
        for (int position = 0; position < size; position += 512)
        {
            int block = position / blockSize;
            uint entry = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(table + (block * 4)));
            int sector = position % blockSize / 512;
            if (entry == uint.MaxValue || (obeyBitmaps && (file[(int)(entry * 512) + (sector / 8)] & (128 >> (sector % 8))) == 0))
            {
                continue;
            }

            file.AsSpan((int)(entry * 512) + bitmapSize + (sector * 512), Math.Min(512, size - position)).CopyTo(disk.AsSpan(position));
        }

        return disk;
    }

    private static void RequireSum(ReadOnlySpan<byte> bytes, int offset)
    {
        uint sum = 0;
        for (int index = 0; index < bytes.Length; index++)
        {
            sum += index >= offset && index < offset + 4 ? (byte)0 : bytes[index];
        }

        Assert.Equal(~sum, BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]));
    }
}
