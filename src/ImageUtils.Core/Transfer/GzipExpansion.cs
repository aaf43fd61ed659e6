using System.Buffers;
using System.Diagnostics;
using ImageUtils.Configuration;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Transfer;

/// <summary>
/// Takes a compressed image (container_format compressed) apart, into a file with holes where the data are zeros. All
/// members of the gzip (RFC 1952, section 2.2) follow one another; whatever is cut, damaged or not gzip is refused.
/// </summary>
internal sealed class GzipExpansion
{
    private const int InputSize = 256 * 1024;
    private const int OutputSize = 1 << 20;
    private const int HoleSize = 64 * 1024;

    private readonly string _imageId;
    private readonly GzipLimits _limits;
    private readonly ProgressMeter _progress;
    private long _packed;
    private long _unpacked;

    /// <summary>Makes the expansion.</summary>
    /// <param name="imageId">What errors name.</param>
    /// <param name="limits">How far it goes.</param>
    /// <param name="progress">Hears how many packed bytes are done.</param>
    public GzipExpansion(string imageId, GzipLimits limits, ProgressMeter progress)
    {
        _imageId = imageId;
        _limits = limits;
        _progress = progress;
    }

    /// <summary>Unpacks.</summary>
    /// <param name="source">The packed bytes, from where they stand to their end.</param>
    /// <param name="destination">An empty file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The number of bytes that came out.</returns>
    /// <exception cref="ImageUnacceptableException">It is not gzip, is cut or damaged, or unpacks to more than the limits allow.</exception>
    /// <exception cref="TimedOutException">It took too long.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<long> RunAsync(Stream source, FileStream destination, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        byte[] input = ArrayPool<byte>.Shared.Rent(InputSize);
        byte[] output = ArrayPool<byte>.Shared.Rent(OutputSize);
        GzipInflater? member = null;
        try
        {
            int held = await source.ReadAtLeastAsync(input.AsMemory(0, InputSize), InputSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (held < 2 || input[0] != 0x1f || input[1] != 0x8b)
            {
                throw new ImageUnacceptableException(_imageId, "Unsupported compressed image format found. Only gzip is supported currently");
            }

            int taken = 0;
            while (true)
            {
                if (taken == held)
                {
                    taken = 0;
                    held = await source.ReadAsync(input.AsMemory(0, InputSize), cancellationToken).ConfigureAwait(false);
                    if (held == 0)
                    {
                        break;
                    }
                }

                if (member is null && input[taken] != 0x1f)
                {
                    // Some tools fill the last block with zeros; anything else is data that would be lost.
                    await RequireZerosAsync(source, input, taken, held, cancellationToken).ConfigureAwait(false);
                    break;
                }

                member ??= new GzipInflater();
                (int consumed, int produced) = Inflate(member, input.AsSpan(taken, held - taken), output.AsSpan(0, OutputSize));
                taken += consumed;
                _packed += consumed;
                await WriteAsync(destination, output.AsMemory(0, produced), cancellationToken).ConfigureAwait(false);
                RequireWithinLimits(Stopwatch.GetElapsedTime(started));
                _progress.Report(_packed);
                if (member.IsFinished)
                {
                    member.Dispose();
                    member = null;
                }
            }

            if (member is not null)
            {
                throw Damaged("it was cut");
            }

            destination.SetLength(_unpacked);
            _progress.Finish(_packed);
            return _unpacked;
        }
        finally
        {
            member?.Dispose();
            ArrayPool<byte>.Shared.Return(input);
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private static async Task WriteRunAsync(FileStream destination, long offset, ReadOnlyMemory<byte> run, CancellationToken cancellationToken)
    {
        if (!run.IsEmpty)
        {
            await RandomAccess.WriteAsync(destination.SafeFileHandle, run, offset, cancellationToken).ConfigureAwait(false);
        }
    }

    private (int Consumed, int Produced) Inflate(GzipInflater member, ReadOnlySpan<byte> input, Span<byte> output)
    {
        bool isSound = member.TryInflate(input, output, out int consumed, out int produced);
        return isSound && (consumed > 0 || produced > 0)
            ? (consumed, produced)
            : throw Damaged("its data, its checksum or its length are wrong");
    }

    private async Task WriteAsync(FileStream destination, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        int begin = 0;
        for (int i = 0; i < data.Length; i += HoleSize)
        {
            int length = Math.Min(HoleSize, data.Length - i);
            if (!data.Span.Slice(i, length).ContainsAnyExcept((byte)0))
            {
                await WriteRunAsync(destination, _unpacked + begin, data[begin..i], cancellationToken).ConfigureAwait(false);
                begin = i + length;
            }
        }

        await WriteRunAsync(destination, _unpacked + begin, data[begin..], cancellationToken).ConfigureAwait(false);
        _unpacked += data.Length;
    }

    private async Task RequireZerosAsync(Stream source, byte[] input, int taken, int held, CancellationToken cancellationToken)
    {
        while (held > 0)
        {
            if (input.AsSpan(taken, held - taken).ContainsAnyExcept((byte)0))
            {
                throw Damaged("there is something else behind its end");
            }

            taken = 0;
            held = await source.ReadAsync(input.AsMemory(0, InputSize), cancellationToken).ConfigureAwait(false);
        }
    }

    private void RequireWithinLimits(TimeSpan elapsed)
    {
        if (_unpacked > _limits.MostBytes)
        {
            throw new ImageUnacceptableException(_imageId, $"It unpacks to more than {SizeText.Format(_limits.MostBytes)}.");
        }

        // The division cannot overflow, the product could.
        if (_unpacked > _limits.FreeBytes && _unpacked / _limits.MostRatio > _packed)
        {
            throw new ImageUnacceptableException(
                _imageId,
                FormattableString.Invariant($"It unpacks to more than {_limits.MostRatio} times its size, as no disk of a real system does (a decompression bomb)."));
        }

        if (elapsed > _limits.MostTime)
        {
            throw new TimedOutException($"Decompressing image {_imageId}", _limits.MostTime);
        }
    }

    private ImageUnacceptableException Damaged(string how) => new(_imageId, $"Its gzip data are damaged: {how}.");
}
