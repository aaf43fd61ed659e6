using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Qemu;

namespace ImageUtils.Conversion;

/// <summary>Converts with qemu-img.</summary>
internal sealed class QemuImgEngine
{
    private const int MostWarnings = 20;
    private const int MostRetries = 8;

    private readonly OperationContext _context;

    /// <summary>Makes the engine.</summary>
    /// <param name="context">Settings and ports.</param>
    public QemuImgEngine(OperationContext context) => _context = context;

    /// <summary>Runs a plan.</summary>
    /// <param name="plan">The plan; its source has passed our inspector.</param>
    /// <param name="target">What is written: a file that is there and empty, or a device.</param>
    /// <param name="secrets">The passphrases.</param>
    /// <param name="onBytes">Is told the bytes that are done.</param>
    /// <param name="cancellationToken">Ends it; qemu-img is gone when the task ends.</param>
    /// <returns>A task that ends with the work.</returns>
    public async Task RunAsync(ConversionPlan plan, IConversionTarget target, ConversionSecrets secrets, Action<long> onBytes, CancellationToken cancellationToken)
    {
        using SecretOffer offer = SecretOffer.Make(secrets, plan.RunAsRoot, _context);
        using ConversionThrottle throttle = ConversionThrottle.Start(plan, target, _context, BlockIOController.Find());
        QemuConversion conversion = plan.ToQemuConversion(target.WritePath) with
        {
            SourceSecretPath = offer.SourcePath,
            SecretPath = offer.ResultPath,
            MaxBytesPerSecond = throttle.OwnLimit,
            DirectIO = target.IsDirect,
            KeepDestination = target.IsDevice && plan.OutputFormat == DiskFormat.Raw,
        };
        var run = new QemuImgRun(conversion)
        {
            Prefix = throttle.Prefix,
            OnStarted = throttle.OnStarted,
            RunAsRoot = plan.RunAsRoot,
            StandardInput = offer.StandardInput,
            Launcher = offer.IsLaunched ? offer.Words : null,
            OnPercentage = _context.Progress is null ? null : percentage => onBytes((long)(plan.VirtualSize * (percentage / 100))),
        };
        ProcessResult result = await ConvertAsync(run, target, cancellationToken).ConfigureAwait(false);

        // qemu-img succeeded; what it says beside is worth knowing and no more.
        foreach (string line in result.StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostWarnings))
        {
            _context.Log.Warning(line);
        }
    }

    /// <summary>
    /// qemu-img measures the processor to choose how often a LUKS key is hashed, and gives up where the kernel's clock stands
    /// still for it, as it does on busy virtual machines.
    /// </summary>
    private async Task<ProcessResult> ConvertAsync(QemuImgRun run, IConversionTarget target, CancellationToken cancellationToken)
    {
        for (int retries = 0; ; retries++)
        {
            try
            {
                return await new QemuImg(_context).ConvertAsync(run, cancellationToken).ConfigureAwait(false);
            }
            catch (ToolFailedException e) when (retries < MostRetries
                && run.Conversion.SecretPath is not null
                && e.StandardError.Contains("Unable to get accurate CPU usage", StringComparison.Ordinal))
            {
                target.BeginAgain();
                _context.Log.Verbose("qemu-img could not measure the processor; it is asked again.");
            }
        }
    }
}
