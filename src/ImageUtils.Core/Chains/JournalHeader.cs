using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ImageUtils.Chains;

/// <summary>
/// A block of the journal of a merge in place: numbers, bytes, and a hash over both, so that a block that was not written to
/// its end is told from a good one.
/// </summary>
internal static class JournalHeader
{
    /// <summary>The bytes of a block.</summary>
    public const int Size = 4096;

    private const int HashSize = SHA256.HashSizeInBytes;
    private const int Fields = 8;
    private const int PayloadOffset = 8 + (Fields * 8);

    /// <summary>The most bytes that fit beside the numbers.</summary>
    public const int MostPayload = Size - PayloadOffset - HashSize;

    /// <summary>Makes a block.</summary>
    /// <param name="magic">What it is, eight bytes.</param>
    /// <param name="fields">Eight numbers at most.</param>
    /// <param name="payload">The bytes.</param>
    /// <returns>The block.</returns>
    public static byte[] Write(ReadOnlySpan<byte> magic, ReadOnlySpan<long> fields, ReadOnlySpan<byte> payload)
    {
        byte[] block = new byte[Size];
        magic.CopyTo(block);
        for (int index = 0; index < fields.Length; index++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(block.AsSpan(8 + (index * 8)), fields[index]);
        }

        payload.CopyTo(block.AsSpan(PayloadOffset, MostPayload));
        SHA256.HashData(block.AsSpan(0, Size - HashSize), block.AsSpan(Size - HashSize));
        return block;
    }

    /// <summary>Reads a block.</summary>
    /// <param name="block">The bytes.</param>
    /// <param name="magic">What it must be.</param>
    /// <param name="fields">The numbers.</param>
    /// <param name="payload">The bytes, with zeros behind them.</param>
    /// <returns>False: it is none, or not whole.</returns>
    public static bool TryRead(byte[] block, ReadOnlySpan<byte> magic, out long[] fields, out byte[] payload)
    {
        fields = [];
        payload = [];
        if (block.Length < Size
            || !block.AsSpan(0, 8).SequenceEqual(magic)
            || !SHA256.HashData(block.AsSpan(0, Size - HashSize)).AsSpan().SequenceEqual(block.AsSpan(Size - HashSize, HashSize)))
        {
            return false;
        }

        fields = new long[Fields];
        for (int index = 0; index < Fields; index++)
        {
            fields[index] = BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(8 + (index * 8)));
        }

        payload = block[PayloadOffset..(Size - HashSize)];
        return true;
    }
}
