using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;

namespace ImageUtils.Transfer;

/// <summary>One hash of one run of data. The runtime has them all but SHA-224, which signatures may be made with.</summary>
internal abstract class RunningHash : IDisposable
{
    public static RunningHash Create(string algorithm) =>
        string.Equals(algorithm, HashAlgorithms.Sha224, StringComparison.Ordinal) ? new Sha224() : new BuiltIn(HashAlgorithms.Create(algorithm));

    public abstract void Append(ReadOnlySpan<byte> data);

    /// <summary>The hash of everything so far.</summary>
    public abstract byte[] Current();

    public abstract void Dispose();

    private sealed class BuiltIn(IncrementalHash hash) : RunningHash
    {
        public override void Append(ReadOnlySpan<byte> data) => hash.AppendData(data);

        public override byte[] Current() => hash.GetCurrentHash();

        public override void Dispose() => hash.Dispose();
    }

    private sealed class Sha224 : RunningHash
    {
        private readonly Sha224Digest _digest = new();
        private readonly byte[] _piece = new byte[16 * 1024];

        public override void Append(ReadOnlySpan<byte> data)
        {
            while (data.Length > 0)
            {
                int count = Math.Min(data.Length, _piece.Length);
                data[..count].CopyTo(_piece);
                _digest.BlockUpdate(_piece, 0, count);
                data = data[count..];
            }
        }

        public override byte[] Current()
        {
            byte[] hash = new byte[_digest.GetDigestSize()];
            new Sha224Digest(_digest).DoFinal(hash, 0);
            return hash;
        }

        public override void Dispose() => _digest.Reset();
    }
}
