namespace ImageUtils.Processes;

/// <summary>
/// A program that is asked and answers while it runs. Disposing of it closes its input, gives it a moment to end, and ends
/// it then, as a cancellation does; no child is left.
/// </summary>
public interface IProcessDialogue : IDisposable
{
    /// <summary>The program's standard input.</summary>
    Stream Input { get; }

    /// <summary>The program's standard output, which nobody else reads.</summary>
    Stream Output { get; }

    /// <summary>Waits for the end of a program that has closed its output, and judges it.</summary>
    /// <returns>How it ended; standard output is empty here.</returns>
    /// <exception cref="Errors.RootHelperUnavailableException">The root helper refused.</exception>
    /// <exception cref="Errors.ToolNotFoundException">Behind the root helper the program is not there.</exception>
    ProcessResult End();
}
