using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Qemu;

namespace ImageUtils.Conversion;

/// <summary>Converts with qemu-img.</summary>
internal sealed class QemuImgEngine
{
    private const int MostWarnings = 20;

    private readonly OperationContext _context;

    /// <summary>Makes the engine.</summary>
    /// <param name="context">Settings and ports.</param>
    public QemuImgEngine(OperationContext context) => _context = context;

    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan; its source has passed our inspector.</param>
    /// <param name="targetPath">The file to write; it is there and empty.</param>
    /// <param name="onBytes">Is told the bytes that are done.</param>
    /// <param name="cancellationToken">Ends it; qemu-img is gone when the task ends.</param>
    /// <returns>A task that ends with the work.</returns>
    public async Task RunAsync(ConversionPlan plan, string targetPath, Action<long> onBytes, CancellationToken cancellationToken)
    {
        Action<double>? onPercentage = _context.Progress is null ? null : percentage => onBytes((long)(plan.VirtualSize * (percentage / 100)));
        ProcessResult result = await new QemuImg(_context)
            .ConvertAsync(plan.ToQemuConversion(targetPath), prefix: [], plan.RunAsRoot, onPercentage, cancellationToken)
            .ConfigureAwait(false);

        // qemu-img succeeded; what it says beside is worth knowing and no more.
        foreach (string line in result.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostWarnings))
        {
            _context.Log.Warning(line);
        }
    }
}
