using ImageUtils.Errors;

namespace ImageUtils.Transfer;

/// <summary>Computes several hashes of one run of data at once.</summary>
public sealed class ContentHasher : IDisposable
{
    // Below this a task costs more than the hash.
    private const int WorthTask = 64 * 1024;

    private readonly (string Algorithm, RunningHash Hash)[] _hashes;

    /// <summary>Begins.</summary>
    /// <param name="algorithms">Names of <see cref="HashAlgorithms.Names"/>; doubles count once.</param>
    public ContentHasher(params IEnumerable<string> algorithms) =>
        _hashes = algorithms.Distinct(StringComparer.Ordinal).Select(name => (name, RunningHash.Create(name))).ToArray();

    /// <summary>Takes the next piece.</summary>
    /// <param name="data">The bytes.</param>
    public void Append(ReadOnlySpan<byte> data)
    {
        foreach ((_, RunningHash hash) in _hashes)
        {
            hash.Append(data);
        }
    }

    /// <summary>Takes the next piece, each algorithm on a thread of its own where that is worth it.</summary>
    /// <param name="data">The bytes; not to be changed before the task ends.</param>
    /// <returns>A task that ends when all hashes have the piece.</returns>
    public Task AppendAsync(ReadOnlyMemory<byte> data)
    {
        if (data.Length < WorthTask)
        {
            Append(data.Span);
            return Task.CompletedTask;
        }

        return Task.WhenAll(_hashes.Select(entry => Task.Run(() => entry.Hash.Append(data.Span))));
    }

    /// <summary>Takes all that is left of a stream, which goes nowhere else.</summary>
    /// <param name="stream">The data.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="IOException">They cannot be read.</exception>
    public async Task<long> AppendAllAsync(Stream stream, CancellationToken cancellationToken)
    {
        var copy = new ContentCopy { OnReadError = e => e, OnWriteError = e => e };
        return await copy.RunAsync(stream, Stream.Null, this, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The hashes of everything so far.</summary>
    /// <param name="algorithm">One of the algorithms given at the beginning.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="InvalidHashException">The algorithm was not among them.</exception>
    public ContentHash Current(string algorithm)
    {
        foreach ((string name, RunningHash hash) in _hashes)
        {
            if (string.Equals(name, algorithm, StringComparison.Ordinal))
            {
                return new ContentHash(name, Convert.ToHexStringLower(hash.Current()));
            }
        }

        throw new InvalidHashException(algorithm, "it was not computed.");
    }

    /// <summary>Says whether an algorithm is computed.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <returns>True where it is.</returns>
    public bool Computes(string algorithm) => Array.Exists(_hashes, entry => string.Equals(entry.Algorithm, algorithm, StringComparison.Ordinal));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, RunningHash hash) in _hashes)
        {
            hash.Dispose();
        }
    }
}
