namespace ImageUtils.Operations;

/// <summary>A log that nobody reads.</summary>
public sealed class SilentLog : IOperationLog
{
    /// <summary>The one instance; it has no state.</summary>
    public static SilentLog Instance { get; } = new();

    /// <inheritdoc/>
    public void Verbose(string message)
    {
    }

    /// <inheritdoc/>
    public void Warning(string message)
    {
    }
}
