using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Conversion;

/// <summary>Converts without any program: disks whose bytes stand in the file as they are, to raw.</summary>
internal static class ManagedEngine
{
    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="target">What is written: a file that is there and empty, or a device.</param>
    /// <param name="blockSize">The bytes of one piece.</param>
    /// <param name="onBytes">Is told the bytes that are done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends with the work.</returns>
    public static async Task RunAsync(ConversionPlan plan, IConversionTarget target, long blockSize, Action<long> onBytes, CancellationToken cancellationToken)
    {
        using SafeFileHandle source = File.OpenHandle(plan.Source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        using SafeFileHandle output = File.OpenHandle(target.WritePath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var options = new SparseCopyOptions
        {
            WriteZeros = plan.DisableSparse,
            IsDevice = target.IsDevice,
            BlockSize = blockSize,
            MaxBytesPerSecond = plan.MaxBytesPerSecond,
            OnProgress = onBytes,
        };
        await SparseCopy.CopyAsync(source, 0, plan.ContentLength, output, options, cancellationToken).ConfigureAwait(false);

        // A raw file that ends within a sector is a disk that ends with it.
        if (target.IsDevice)
        {
            await SparseCopy.ClearAsync(output, plan.ContentLength, plan.VirtualSize, options with { WriteZeros = true }, cancellationToken).ConfigureAwait(false);
            FileSync.Flush(output);
        }
        else
        {
            RandomAccess.SetLength(output, plan.VirtualSize);
        }
    }
}
