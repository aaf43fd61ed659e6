using ImageUtils.Configuration;
using ImageUtils.Processes;
using ImageUtils.Safety;

namespace ImageUtils.Operations;

/// <summary>What every operation needs from the outside: settings, the ports, and someone who listens.</summary>
public sealed record OperationContext
{
    /// <summary>The settings.</summary>
    public required ImageUtilsOptions Options { get; init; }

    /// <summary>Runs native programs.</summary>
    public required IProcessRunner Processes { get; init; }

    /// <summary>Judges images.</summary>
    public required IImageInspector Inspector { get; init; }

    /// <summary>Reads what is said.</summary>
    public IOperationLog Log { get; init; } = SilentLog.Instance;

    /// <summary>Reads how far it is; null: nobody.</summary>
    public IProgress<OperationProgress>? Progress { get; init; }

    /// <summary>Puts the real ports together, for a shell.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="log">Reads what is said.</param>
    /// <param name="progress">Reads how far it is; null: nobody.</param>
    /// <returns>The context.</returns>
    public static OperationContext Create(ImageUtilsOptions options, IOperationLog log, IProgress<OperationProgress>? progress) => new()
    {
        Options = options,
        Processes = new MedallionProcessRunner(log, options.RootHelper),
        Inspector = new ImageInspector(),
        Log = log,
        Progress = progress,
    };
}
