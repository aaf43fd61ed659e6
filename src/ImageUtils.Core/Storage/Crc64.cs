using System.Buffers.Binary;

namespace ImageUtils.Storage;

/// <summary>The CRC-64 of ECMA-182 in the bit order that xz uses (The .xz File Format 1.2, section 6).</summary>
internal static class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;

    private static readonly ulong[] Table = MakeTable();

    /// <summary>Adds bytes to a checksum.</summary>
    /// <param name="crc">The checksum so far; 0 at the beginning.</param>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The checksum with them.</returns>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;

        // Four bytes a step by four tables; the longest part of the work is to wait for memory.
        while (bytes.Length >= 4)
        {
            uint low = (uint)crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            crc = Table[768 + (byte)low] ^ Table[512 + (byte)(low >> 8)] ^ (crc >> 32) ^ Table[256 + (byte)(low >> 16)] ^ Table[low >> 24];
            bytes = bytes[4..];
        }

        foreach (byte next in bytes)
        {
            crc = Table[(byte)(crc ^ next)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static ulong[] MakeTable()
    {
        ulong[] table = new ulong[4 * 256];
        for (int index = 0; index < table.Length; index++)
        {
            ulong crc = index < 256 ? (ulong)index : table[index - 256];
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ Polynomial;
            }

            table[index] = crc;
        }

        return table;
    }
}
