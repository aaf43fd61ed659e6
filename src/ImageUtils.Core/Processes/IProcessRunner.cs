namespace ImageUtils.Processes;

/// <summary>The one port through which native programs run.</summary>
public interface IProcessRunner
{
    /// <summary>
    /// Runs a program to its end, both streams drained. A cancellation signals it, waits at most 400 ms, then kills the
    /// whole tree; when the task ends, no child is left.
    /// </summary>
    /// <param name="request">The program.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>How it ended, whatever the exit code.</returns>
    /// <exception cref="Errors.ToolNotFoundException">The program is not there.</exception>
    /// <exception cref="Errors.RootHelperUnavailableException">The root helper is not there or refuses.</exception>
    /// <exception cref="Errors.TimedOutException">The time limit of the request ran out.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or ended by SIGINT (a Ctrl+C of the terminal).</exception>
    Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellationToken);

    /// <summary>Finds a program on PATH.</summary>
    /// <param name="fileName">A name or a full path.</param>
    /// <returns>The full path, or null.</returns>
    string? Find(string fileName);

    /// <summary>True where <see cref="ProcessRequest.RunAsRoot"/> changes anything: on Unix, for a user who is not root.</summary>
    bool UsesRootHelper => false;

    /// <summary>Starts a program that is asked and answers while it runs.</summary>
    /// <param name="request">The program; its input, output and time limit are the caller's affair.</param>
    /// <returns>The running program; the caller disposes of it.</returns>
    /// <exception cref="Errors.ToolNotFoundException">The program is not there.</exception>
    /// <exception cref="Errors.RootHelperUnavailableException">The root helper is not there.</exception>
    /// <exception cref="NotSupportedException">This runner only runs programs to their end.</exception>
    IProcessDialogue Begin(ProcessRequest request) => throw new NotSupportedException("This runner only runs programs to their end.");
}
