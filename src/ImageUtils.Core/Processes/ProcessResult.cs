namespace ImageUtils.Processes;

/// <summary>How a program ended and what it said.</summary>
/// <param name="CommandLine">The command line exactly as run, quoted for reading, secrets hidden.</param>
/// <param name="ExitCode">The exit code; on Unix, an end by signal N is -N.</param>
/// <param name="StandardOutput">Standard output (bounded; see the runner).</param>
/// <param name="StandardError">Standard error (bounded; see the runner).</param>
/// <param name="Duration">How long it ran.</param>
public sealed record ProcessResult(
    string CommandLine,
    int ExitCode,
    string StandardOutput,
    string StandardError,
    TimeSpan Duration)
{
    /// <summary>Fails where the exit code is not 0.</summary>
    /// <returns>The result itself, for chaining.</returns>
    /// <exception cref="Errors.ToolFailedException">The exit code is not 0.</exception>
    public ProcessResult ThrowIfFailed() =>
        ExitCode == 0 ? this : throw new Errors.ToolFailedException(CommandLine, ExitCode, StandardError);
}
