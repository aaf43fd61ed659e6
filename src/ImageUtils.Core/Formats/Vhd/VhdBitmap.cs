using System.Buffers.Binary;
using System.Numerics;

namespace ImageUtils.Formats.Vhd;

/// <summary>The bits in front of a block's data, one a sector, the most significant of a byte first.</summary>
internal static class VhdBitmap
{
    /// <summary>The bytes of the bitmap of a block: whole sectors.</summary>
    /// <param name="blockSize">The bytes of a block's data.</param>
    /// <returns>Bytes.</returns>
    public static int SizeOf(uint blockSize) => (int)Math.Max(512, blockSize / 512 / 8);

    /// <summary>Says whether a bit is set.</summary>
    public static bool IsSet(ReadOnlySpan<byte> bits, int index) => (bits[index >> 3] & (0x80 >> (index & 7))) != 0;

    /// <summary>Sets bits.</summary>
    /// <param name="bits">The bitmap.</param>
    /// <param name="start">The first.</param>
    /// <param name="end">The one behind the last.</param>
    public static void Set(Span<byte> bits, int start, int end)
    {
        while (start < end)
        {
            if ((start & 7) == 0 && end - start >= 8)
            {
                int bytes = (end - start) >> 3;
                bits.Slice(start >> 3, bytes).Fill(0xff);
                start += bytes << 3;
            }
            else
            {
                bits[start >> 3] |= (byte)(0x80 >> (start & 7));
                start++;
            }
        }
    }

    /// <summary>Finds the end of the run of equal bits that begins somewhere.</summary>
    /// <param name="bits">The bitmap.</param>
    /// <param name="start">The first bit of the run.</param>
    /// <param name="end">Where to stop.</param>
    /// <returns>The first bit that differs, or the stop.</returns>
    public static int EndOfRun(ReadOnlySpan<byte> bits, int start, int end)
    {
        bool isSet = IsSet(bits, start);
        int index = start;
        while (index < end)
        {
            if ((index & 7) == 0 && end - index >= 64)
            {
                ulong word = BinaryPrimitives.ReadUInt64BigEndian(bits[(index >> 3)..]);
                int same = BitOperations.LeadingZeroCount(isSet ? ~word : word);
                index += same;
                if (same < 64)
                {
                    return index;
                }
            }
            else if (IsSet(bits, index) == isSet)
            {
                index++;
            }
            else
            {
                return index;
            }
        }

        return end;
    }
}
