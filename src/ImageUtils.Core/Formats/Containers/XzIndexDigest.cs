using System.Security.Cryptography;

namespace ImageUtils.Formats.Containers;

/// <summary>The lengths of all blocks, of which the index behind them must tell the same. Any number of blocks takes no memory.</summary>
internal sealed class XzIndexDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The number of blocks.</summary>
    public ulong Count { get; private set; }

    /// <summary>Adds a block.</summary>
    /// <param name="packed">Its length in the file without the padding.</param>
    /// <param name="unpacked">The length of its content.</param>
    public void Add(ulong packed, ulong unpacked)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        BitConverter.TryWriteBytes(bytes, packed);
        BitConverter.TryWriteBytes(bytes[sizeof(ulong)..], unpacked);
        _hash.AppendData(bytes);
        Count++;
    }

    /// <summary>True where both are the same.</summary>
    public bool Matches(XzIndexDigest other) => Count == other.Count && _hash.GetCurrentHash().AsSpan().SequenceEqual(other._hash.GetCurrentHash());

    public void Dispose() => _hash.Dispose();
}
