using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Storage;

/// <summary>
/// Copies bytes so that holes stay holes: holes of the source are skipped by asking the file system (SEEK_DATA, SEEK_HOLE),
/// zeros within its data by looking.
/// </summary>
public static partial class SparseCopy
{
    private const int ChunkSize = 1 << 20;

    /// <summary>The smallest run of zeros that is left out; qemu-img's default too.</summary>
    private const int Grain = 4096;

    private const int NoSuchAddress = 6;

    /// <summary>Copies a part of a file to the beginning of another.</summary>
    /// <param name="source">The source, open for reading.</param>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">Its length in bytes; the source must hold it.</param>
    /// <param name="target">The target, open for writing and empty; its length is set.</param>
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
        RandomAccess.SetLength(target, length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        var watch = Stopwatch.StartNew();
        long done = 0;
        long read = 0;
        long written = 0;
        try
        {
            while (done < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                (long dataStart, long dataEnd) = options.WriteZeros
                    ? (done, length)
                    : NextData(source, offset, done, length);
                done = dataStart;
                while (done < dataEnd)
                {
                    int wanted = (int)Math.Min(ChunkSize, dataEnd - done);
                    int count = await ReadFullyAsync(source, buffer.AsMemory(0, wanted), offset + done, cancellationToken).ConfigureAwait(false);
                    if (count < wanted)
                    {
                        throw new EndOfStreamException("The source ended before its size was reached.");
                    }

                    written += await WriteAsync(target, buffer.AsMemory(0, count), done, options.WriteZeros, cancellationToken).ConfigureAwait(false);
                    read += count;
                    done += count;
                    options.OnProgress?.Invoke(done);
                    await KeepPaceAsync(read, options.MaxBytesPerSecond, watch, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Writes a chunk without its zero grains, neighbouring grains of data in one go.</summary>
    private static async ValueTask<long> WriteAsync(
        SafeFileHandle target,
        ReadOnlyMemory<byte> chunk,
        long position,
        bool writeZeros,
        CancellationToken cancellationToken)
    {
        if (writeZeros)
        {
            await RandomAccess.WriteAsync(target, chunk, position, cancellationToken).ConfigureAwait(false);
            return chunk.Length;
        }

        long written = 0;
        int start = 0;
        while (start < chunk.Length)
        {
            bool isZero = IsZero(chunk, start);
            int end = start;
            while (end < chunk.Length && IsZero(chunk, end) == isZero)
            {
                end = Math.Min(end + Grain, chunk.Length);
            }

            if (!isZero)
            {
                await RandomAccess.WriteAsync(target, chunk[start..end], position + start, cancellationToken).ConfigureAwait(false);
                written += end - start;
            }

            start = end;
        }

        return written;
    }

    private static bool IsZero(ReadOnlyMemory<byte> chunk, int start) =>
        !chunk.Span.Slice(start, Math.Min(Grain, chunk.Length - start)).ContainsAnyExcept((byte)0);

    private static async ValueTask KeepPaceAsync(long bytes, long? maxBytesPerSecond, Stopwatch watch, CancellationToken cancellationToken)
    {
        if (maxBytesPerSecond is > 0)
        {
            TimeSpan ahead = TimeSpan.FromSeconds((double)bytes / maxBytesPerSecond.Value) - watch.Elapsed;
            if (ahead > TimeSpan.FromMilliseconds(1))
            {
                await Task.Delay(ahead, cancellationToken).ConfigureAwait(false);
            }
        }
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
