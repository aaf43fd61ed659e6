using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Copies bytes so that holes stay holes: holes of the source are skipped by asking the file system (SEEK_DATA, SEEK_HOLE),
/// zeros within its data by looking.
/// </summary>
public static partial class SparseCopy
{
    private const long SmallestPiece = 4 << 10;
    private const long LargestPiece = 64 << 20;

    private const int NoSuchAddress = 6;

    /// <summary>Copies a part of a file to the beginning of another.</summary>
    /// <param name="source">The source, open for reading.</param>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">Its length in bytes; the source must hold it.</param>
    /// <param name="target">The target, open for writing: an empty file, whose length is set, or a device.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>What was moved.</returns>
    /// <exception cref="EndOfStreamException">The source is shorter than it should be.</exception>
    /// <exception cref="IOException">The system could not read or write.</exception>
    public static async Task<SparseCopyResult> CopyAsync(
        SafeFileHandle source,
        long offset,
        long length,
        SafeFileHandle target,
        SparseCopyOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (!options.IsDevice)
        {
            RandomAccess.SetLength(target, length);
        }

        var sparse = new SparseTarget(target, options);
        TokenBucket? pace = options.MaxBytesPerSecond is > 0 ? new TokenBucket(options.MaxBytesPerSecond.Value, TimeProvider.System) : null;
        int pieceSize = PieceSize(options);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(pieceSize);
        long done = 0;
        long read = 0;
        long written = 0;
        try
        {
            while (done < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (long dataStart, long dataEnd) = options.WriteZeros ? (done, length) : NextData(source, offset, done, length);
                while (options.IsDevice && done < dataStart)
                {
                    long end = Math.Min(dataStart, done + (pace is null ? LargestPiece : pieceSize));
                    long cleared = await sparse.ClearAsync(done, end, cancellationToken).ConfigureAwait(false);
                    written += cleared;
                    done = end;
                    options.OnProgress?.Invoke(done);
                    await PayAsync(pace, cleared, cancellationToken).ConfigureAwait(false);
                }

                done = dataStart;
                while (done < dataEnd)
                {
                    int wanted = (int)Math.Min(pieceSize, dataEnd - done);
                    int count = await ReadFullyAsync(source, buffer.AsMemory(0, wanted), offset + done, cancellationToken).ConfigureAwait(false);
                    if (count < wanted)
                    {
                        throw new EndOfStreamException("The source ended before its size was reached.");
                    }

                    written += await sparse.WriteAsync(buffer.AsMemory(0, count), done, cancellationToken).ConfigureAwait(false);
                    read += count;
                    done += count;
                    options.OnProgress?.Invoke(done);
                    await PayAsync(pace, count, cancellationToken).ConfigureAwait(false);
                }

                options.OnProgress?.Invoke(done);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new SparseCopyResult(read, written);
    }

    /// <summary>Makes a stretch of a target read as zeros.</summary>
    /// <param name="target">The target, open for writing.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The bytes that were written for it.</returns>
    internal static ValueTask<long> ClearAsync(SafeFileHandle target, long start, long end, SparseCopyOptions options, CancellationToken cancellationToken) =>
        new SparseTarget(target, options).ClearAsync(start, end, cancellationToken);

    /// <summary>Counts the bytes of a part of a file that are no hole; where the file system does not know holes, all of them.</summary>
    /// <param name="source">The file, open for reading.</param>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>The bytes of data.</returns>
    public static long CountData(SafeFileHandle source, long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long data = 0;
        long done = 0;
        while (done < length)
        {
            (long start, long end) = NextData(source, offset, done, length);
            data += end - start;
            done = end;
        }

        return data;
    }

    private static async ValueTask<int> ReadFullyAsync(SafeFileHandle source, Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int count = await RandomAccess.ReadAsync(source, buffer[total..], offset + total, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            total += count;
        }

        return total;
    }

    private static ValueTask PayAsync(TokenBucket? pace, long bytes, CancellationToken cancellationToken) =>
        pace?.PayAsync(bytes, cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Whole grains, so that zeros are found wherever a piece ends; at a low speed less than a second's worth.</summary>
    private static int PieceSize(SparseCopyOptions options)
    {
        long wanted = Math.Min(options.BlockSize, options.MaxBytesPerSecond is > 0 ? options.MaxBytesPerSecond.Value : long.MaxValue);
        return (int)(Math.Clamp(wanted, SmallestPiece, LargestPiece) / SmallestPiece * SmallestPiece);
    }

    /// <summary>The next stretch of data at or after a position; empty and at the end where only a hole follows.</summary>
    private static (long Start, long End) NextData(SafeFileHandle source, long offset, long position, long length)
    {
        if (OperatingSystem.IsWindows())
        {
            return (position, length);
        }

        (int seekData, int seekHole) = OperatingSystem.IsMacOS() ? (4, 3) : (3, 4);
        long data = Seek(source, offset + position, seekData);
        if (data < 0)
        {
            // ENXIO: nothing but a hole up to the end. Anything else: the file system does not know; everything is data.
            return Marshal.GetLastPInvokeError() == NoSuchAddress && RandomAccess.GetLength(source) >= offset + length
                ? (length, length)
                : (position, length);
        }

        long hole = Seek(source, data, seekHole);
        long start = Math.Min(data - offset, length);
        return (start, hole <= data ? length : Math.Min(hole - offset, length));
    }

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Seek(SafeFileHandle file, long offset, int whence);
}
