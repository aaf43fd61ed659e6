using ImageUtils.Operations;

namespace ImageUtils.PowerShell;

/// <summary>
/// What a connection says goes to the cmdlet that works with it at that moment: a connection outlives cmdlets, and several
/// cmdlets of a pipeline share one. The cmdlet is known by the flow of its work, so parallel runspaces do not mix.
/// </summary>
internal sealed class RunningCommandLog : IOperationLog
{
    private static readonly AsyncLocal<IOperationLog?> Command = new();

    /// <summary>Names the cmdlet whose work follows on this flow.</summary>
    /// <param name="command">The cmdlet.</param>
    public static void Follow(IOperationLog command) => Command.Value = command;

    /// <inheritdoc/>
    public void Verbose(string message) => Command.Value?.Verbose(message);

    /// <inheritdoc/>
    public void Warning(string message) => Command.Value?.Warning(message);
}
