using System.Buffers;

namespace ImageUtils.Storage;

/// <summary>Copies a disk into a new image, window by window in order: while one is written the next one is read.</summary>
internal static class DiskCopy
{
    /// <summary>The unit of reading and writing: the block of nearly every VHD.</summary>
    public const int Window = 2 << 20;

    /// <summary>Copies all of the disk.</summary>
    /// <param name="reader">The disk.</param>
    /// <param name="writer">The new image; it is not completed.</param>
    /// <param name="onProgress">Is told how far it is, in bytes of the disk; null: nobody asks.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends with the last write.</returns>
    public static async Task RunAsync(IDiskReader reader, IDiskWriter writer, Action<long>? onProgress, CancellationToken cancellationToken)
    {
        byte[] current = ArrayPool<byte>.Shared.Rent(Window);
        byte[] next = ArrayPool<byte>.Shared.Rent(Window);
        Task writing = Task.CompletedTask;
        try
        {
            foreach (long offset in WindowsOf(reader))
            {
                cancellationToken.ThrowIfCancellationRequested();
                int count = (int)Math.Min(Window, reader.VirtualSize - offset);
                reader.Read(offset, current.AsSpan(0, count));
                await writing.ConfigureAwait(false);
                byte[] full = current;
                writing = Task.Run(() => writer.Write(offset, full.AsSpan(0, count)), CancellationToken.None);
                (current, next) = (next, current);
                onProgress?.Invoke(offset + count);
            }

            await writing.ConfigureAwait(false);
            onProgress?.Invoke(reader.VirtualSize);
        }
        finally
        {
            // The buffers are not ours to give back while a write still reads one.
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(next);
        }
    }

    /// <summary>The windows in which there may be data.</summary>
    private static IEnumerable<long> WindowsOf(IDiskReader reader)
    {
        long next = 0;
        foreach (DiskExtent extent in reader.Map(0, reader.VirtualSize))
        {
            if (extent.Kind != DiskExtentKind.Data)
            {
                continue;
            }

            for (long window = Math.Max(next, extent.Offset / Window * Window); window < extent.End; window += Window)
            {
                yield return window;
                next = window + Window;
            }
        }
    }
}
