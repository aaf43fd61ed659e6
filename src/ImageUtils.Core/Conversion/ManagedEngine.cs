using ImageUtils.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageUtils.Conversion;

/// <summary>Converts without any program: disks whose bytes stand in the file as they are, to raw.</summary>
internal static class ManagedEngine
{
    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="targetPath">The file to write; it is there and empty.</param>
    /// <param name="onBytes">Is told the bytes that are done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends with the work.</returns>
    public static async Task RunAsync(ConversionPlan plan, string targetPath, Action<long> onBytes, CancellationToken cancellationToken)
    {
        using SafeFileHandle source = File.OpenHandle(plan.Source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        using SafeFileHandle target = File.OpenHandle(targetPath, FileMode.Open, FileAccess.Write, FileShare.Read);
        var options = new SparseCopyOptions
        {
            WriteZeros = plan.DisableSparse,
            MaxBytesPerSecond = plan.MaxBytesPerSecond,
            OnProgress = onBytes,
        };
        await SparseCopy.CopyAsync(source, 0, plan.ContentLength, target, options, cancellationToken).ConfigureAwait(false);

        // A raw file that ends within a sector is a disk that ends with it.
        RandomAccess.SetLength(target, plan.VirtualSize);
    }
}
