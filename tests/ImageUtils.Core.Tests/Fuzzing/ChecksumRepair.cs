using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>Makes the checksums of a changed image right again; written from the specifications, not with the code under test.</summary>
public static class ChecksumRepair
{
    private const int Luks2Most = 4 << 20;
    private static readonly byte[] Luks2Magic = [(byte)'L', (byte)'U', (byte)'K', (byte)'S', 0xba, 0xbe, 0, 2];

    public static void Apply(MutatedImage image)
    {
        RepairVhd(image);
        RepairVhdx(image);
        RepairLuks2(image, 0);
        RepairTar(image);
    }

    private static void Replace(MutatedImage image, long offset, ReadOnlySpan<byte> bytes) => image.Patches.Add((offset, bytes.ToArray()));

    private static void RepairVhd(MutatedImage image)
    {
        RepairSum(image, 0, 512, "conectix"u8, 64);
        RepairSum(image, Math.Max(0, image.Length - 512), 512, "conectix"u8, 64);
        RepairSum(image, Math.Max(0, image.Length - 511), 511, "conectix"u8, 64);
        if (image.Part(0, 8).AsSpan().SequenceEqual("conectix"u8))
        {
            RepairSum(image, Math.Clamp(BinaryPrimitives.ReadInt64BigEndian(image.Part(16, 8)), 0, image.Length), 1024, "cxsparse"u8, 36);
        }
    }

    private static void RepairSum(MutatedImage image, long offset, int size, ReadOnlySpan<byte> cookie, int place)
    {
        byte[] bytes = image.Part(offset, size);
        if (!bytes.AsSpan(0, 8).SequenceEqual(cookie))
        {
            return;
        }

        bytes.AsSpan(place, 4).Clear();
        byte[] sum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, ~(uint)bytes.Sum(value => value));
        Replace(image, offset + place, sum);
    }

    private static void RepairVhdx(MutatedImage image)
    {
        if (!image.Part(0, 8).AsSpan().SequenceEqual("vhdxfile"u8))
        {
            return;
        }

        foreach ((int offset, int size) in new[] { (65536, 4096), (131072, 4096), (196608, 65536), (262144, 65536) })
        {
            byte[] bytes = image.Part(offset, size);
            bytes.AsSpan(4, 4).Clear();
            uint crc = uint.MaxValue;
            for (int index = 0; index < size; index += 8)
            {
                crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(index)));
            }

            byte[] sum = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(sum, ~crc);
            Replace(image, offset + 4, sum);
        }
    }

    private static void RepairLuks2(MutatedImage image, long offset)
    {
        byte[] head = image.Part(offset, 16);
        ulong size = BinaryPrimitives.ReadUInt64BigEndian(head.AsSpan(8));
        if (!head.AsSpan(0, 8).SequenceEqual(Luks2Magic) || size is < 4096 or > Luks2Most || (long)size > image.Length)
        {
            return;
        }

        byte[] header = image.Part(offset, (int)size);
        header.AsSpan(448, 64).Clear();
        Replace(image, offset + 448, SHA256.HashData(header));
    }

    /// <summary>The headers of the first members, as far as their sizes can be followed.</summary>
    private static void RepairTar(MutatedImage image)
    {
        long offset = 0;
        for (int member = 0; member < 8 && offset >= 0 && offset + 512 <= image.Length; member++)
        {
            byte[] header = image.Part(offset, 512);
            if (!header.AsSpan(257, 5).SequenceEqual("ustar"u8))
            {
                return;
            }

            header.AsSpan(148, 8).Fill((byte)' ');
            Replace(image, offset + 148, Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => value), 8).PadLeft(6, '0') + "\0 "));
            long size = 0;
            foreach (byte digit in header.AsSpan(124, 11))
            {
                size = digit is >= (byte)'0' and <= (byte)'7' ? (size * 8) + (digit - '0') : size;
            }

            offset += 512 + ((size + 511) & ~511L);
        }
    }
}
