using System.Buffers.Binary;
using System.Security.Cryptography;
using ImageUtils.Storage;

namespace ImageUtils.Formats.Containers;

/// <summary>The checksum behind each block (The .xz File Format 1.2, section 2.1.1.2).</summary>
internal sealed class XzCheck : IDisposable
{
    private readonly int _kind;
    private readonly IncrementalHash? _hash;
    private ulong _crc;

    /// <summary>Begins one.</summary>
    /// <param name="kind">Its number in the flags of the stream.</param>
    /// <exception cref="UnpackingException">There is none of that number.</exception>
    public XzCheck(int kind)
    {
        _kind = kind;
        Size = kind switch
        {
            0 => 0,
            1 => 4,
            4 => 8,
            10 => SHA256.HashSizeInBytes,
            _ => throw new UnpackingException("it has a checksum of a kind that is not known"),
        };
        _hash = kind == 10 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>Its length in bytes.</summary>
    public int Size { get; }

    /// <summary>Adds content of the block.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash?.AppendData(bytes);
        _crc = _kind switch
        {
            1 => Crc32.Append((uint)_crc, bytes),
            4 => Crc64.Append(_crc, bytes),
            _ => 0,
        };
    }

    /// <summary>Ends the block, and begins the next.</summary>
    /// <param name="stored">The checksum as it stands in the file.</param>
    /// <returns>True where it is right.</returns>
    public bool Matches(ReadOnlySpan<byte> stored)
    {
        Span<byte> computed = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(computed, _crc);
        _hash?.GetHashAndReset(computed);
        _crc = 0;
        return stored.SequenceEqual(computed[..Size]);
    }

    public void Dispose() => _hash?.Dispose();
}
