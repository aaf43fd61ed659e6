using System.Buffers;

namespace ImageUtils.Transfer;

/// <summary>
/// One pass over some data: while one piece is written and hashed, the next one is read. What the two sides say when they
/// fail is kept apart.
/// </summary>
internal sealed class ContentCopy
{
    private const int PieceSize = 1 << 20;

    /// <summary>Turns trouble of the source into the error that the caller wants to see.</summary>
    public required Func<IOException, Exception> OnReadError { get; init; }

    /// <summary>Turns trouble of the destination into the error that the caller wants to see.</summary>
    public required Func<IOException, Exception> OnWriteError { get; init; }

    /// <summary>The most bytes that are taken; null: no limit.</summary>
    public long? Limit { get; init; }

    /// <summary>Sees each piece before it is written, and ends the copy by an exception; null: nobody.</summary>
    public Action<ReadOnlyMemory<byte>>? OnPiece { get; init; }

    /// <summary>Who hears how far it is.</summary>
    public ProgressMeter Progress { get; init; } = ProgressMeter.None;

    /// <summary>Copies to the end of the source.</summary>
    /// <returns>The number of bytes; more than <see cref="Limit"/> where the source gave more, and then the copy was broken off.</returns>
    public async Task<long> RunAsync(Stream source, Stream destination, ContentHasher hasher, CancellationToken cancellationToken)
    {
        byte[] current = ArrayPool<byte>.Shared.Rent(PieceSize);
        byte[] next = ArrayPool<byte>.Shared.Rent(PieceSize);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<int>? reading = null;
        try
        {
            long total = 0;
            reading = ReadAsync(source, current, ending.Token);
            while (true)
            {
                int count = await reading.ConfigureAwait(false);
                reading = null;
                total += count;
                if (count == 0 || total > Limit)
                {
                    break;
                }

                OnPiece?.Invoke(current.AsMemory(0, count));
                reading = ReadAsync(source, next, ending.Token);
                Task hashing = hasher.AppendAsync(current.AsMemory(0, count));
                try
                {
                    await WriteAsync(destination, current.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    // The buffer is not ours to give back while a hash still reads it.
                    await hashing.ConfigureAwait(false);
                }

                Progress.Report(total);
                (current, next) = (next, current);
            }

            await FlushAsync(destination, cancellationToken).ConfigureAwait(false);
            Progress.Finish(total);
            return total;
        }
        finally
        {
            if (reading is not null)
            {
                // A failed write leaves a read under way; its buffer is in use until it ends, which a slow server could delay.
                await ending.CancelAsync().ConfigureAwait(false);
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    private async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            // Pieces are filled: many small reads of a network stream become one write.
            return await source.ReadAtLeastAsync(buffer.AsMemory(0, PieceSize), PieceSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw OnReadError(e);
        }
    }

    private async Task WriteAsync(Stream destination, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            await destination.WriteAsync(data, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw OnWriteError(e);
        }
    }

    private async Task FlushAsync(Stream destination, CancellationToken cancellationToken)
    {
        try
        {
            await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw OnWriteError(e);
        }
    }
}
