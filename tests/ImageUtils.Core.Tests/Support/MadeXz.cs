using System.Buffers.Binary;
using System.Security.Cryptography;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A .xz file of chunks that are stored as they are, with every header and checksum of the format.</summary>
public sealed class MadeXz
{
    private const int MostInChunk = 65536;

    /// <summary>The kind of the checksums: 0 none, 1 CRC-32, 4 CRC-64, 10 SHA-256.</summary>
    public byte Check { get; init; } = 4;

    /// <summary>The byte that names the size of the dictionary; 12 is 256 KiB.</summary>
    public byte Dictionary { get; init; } = 12;

    /// <summary>The number of the filter; 33 is LZMA2.</summary>
    public byte Filter { get; init; } = 33;

    /// <summary>Changes the records of the index before its checksum is made.</summary>
    public Action<byte[]>? ChangeIndex { get; init; }

    /// <summary>Makes a stream with a block for each content.</summary>
    public byte[] Of(params byte[][] contents)
    {
        using MemoryStream file = new();
        byte[] flags = [0, Check];
        file.Write([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, .. flags, .. Crc(flags)]);
        using MemoryStream index = new();
        index.WriteByte(0);
        WriteNumber(index, (ulong)contents.Length);
        foreach (byte[] content in contents)
        {
            long start = file.Position;
            byte[] header = [2, 0, Filter, 1, Dictionary, 0, 0, 0];
            file.Write([.. header, .. Crc(header)]);
            WriteChunks(file, content);
            long packed = file.Position - start;
            file.Write(new byte[-packed & 3]);
            byte[] check = CheckOf(content);
            file.Write(check);
            WriteNumber(index, (ulong)(packed + check.Length));
            WriteNumber(index, (ulong)content.Length);
        }

        index.Write(new byte[-index.Position & 3]);
        byte[] records = index.ToArray();
        ChangeIndex?.Invoke(records);
        file.Write([.. records, .. Crc(records)]);
        byte[] end = [.. BitConverter.GetBytes(records.Length / 4), .. flags];
        file.Write([.. Crc(end), .. end, .. "YZ"u8]);
        return file.ToArray();
    }

    private static void WriteChunks(Stream file, byte[] content)
    {
        for (int position = 0; position < content.Length; position += MostInChunk)
        {
            int count = Math.Min(MostInChunk, content.Length - position);
            file.Write([(byte)(position == 0 ? 1 : 2), (byte)((count - 1) >> 8), (byte)(count - 1)]);
            file.Write(content, position, count);
        }

        file.WriteByte(0);
    }

    private static void WriteNumber(Stream stream, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            stream.WriteByte((byte)(number | 0x80));
        }

        stream.WriteByte((byte)number);
    }

    private static byte[] Crc(byte[] bytes) => BitConverter.GetBytes(Crc32.Append(0, bytes));

    private byte[] CheckOf(byte[] content)
    {
        byte[] crc64 = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(crc64, Crc64.Append(0, content));
        return Check switch
        {
            0 => [],
            1 => Crc(content),
            4 => crc64,
            _ => SHA256.HashData(content),
        };
    }
}
