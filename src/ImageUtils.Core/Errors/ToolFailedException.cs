using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>A native program ran and reported failure.</summary>
public sealed class ToolFailedException : ImageUtilsException
{
    /// <summary>A message is read by people; the whole text is in <see cref="StandardError"/>.</summary>
    private const int MostLines = 10;
    private const int MostCharacters = 2048;

    /// <summary>Makes the exception.</summary>
    /// <param name="commandLine">The command line as shown to users (secrets hidden).</param>
    /// <param name="exitCode">The exit code; negative is the number of the signal that ended it.</param>
    /// <param name="standardError">What the program said, whole.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ToolFailedException(string commandLine, int exitCode, string standardError, Exception? innerException = null)
        : base("ToolFailed", ErrorKind.InvalidResult, Describe(commandLine, exitCode, standardError), innerException)
    {
        CommandLine = commandLine;
        ExitCode = exitCode;
        StandardError = standardError;
    }

    private ToolFailedException(string message, string commandLine, int exitCode, string standardError, Exception innerException)
        : base("ToolFailed", ErrorKind.InvalidResult, message, innerException)
    {
        CommandLine = commandLine;
        ExitCode = exitCode;
        StandardError = standardError;
    }

    /// <summary>The command line as shown to users (secrets hidden).</summary>
    public string CommandLine { get; }

    /// <summary>The exit code; negative is the number of the signal that ended it.</summary>
    public int ExitCode { get; }

    /// <summary>What the program wrote to standard error.</summary>
    public string StandardError { get; }

    /// <summary>Makes the exception for a program that ended well and said something else than it should.</summary>
    /// <param name="commandLine">The command line as shown to users (secrets hidden).</param>
    /// <param name="exitCode">The exit code.</param>
    /// <param name="standardError">What the program said beside its answer, whole.</param>
    /// <param name="reason">What is wrong with the answer.</param>
    /// <param name="innerException">What it came from.</param>
    /// <returns>The exception.</returns>
    public static ToolFailedException NotUnderstood(string commandLine, int exitCode, string standardError, string reason, Exception innerException) =>
        new($"The output of a command is not understood: {commandLine}{Environment.NewLine}{EndOf(reason)}", commandLine, exitCode, standardError, innerException);

    private static string Describe(string commandLine, int exitCode, string standardError)
    {
        string said = EndOf(standardError);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Command failed with exit code {exitCode}: {commandLine}{(said.Length == 0 ? string.Empty : Environment.NewLine + said)}");
    }

    /// <summary>The last lines: what a program says last is what ended it.</summary>
    private static string EndOf(string text)
    {
        string said = text.Trim();
        int start = said.Length;
        for (int lines = 0; lines < MostLines && start > 0; lines++)
        {
            start = said.LastIndexOf('\n', start - 1);
            if (start < 0)
            {
                start = 0;
                break;
            }
        }

        start = Math.Max(start, said.Length - MostCharacters);
        if (start == 0)
        {
            return said;
        }

        // Not with half a character, nor with the end of the line before.
        start += char.IsLowSurrogate(said[start]) || said[start] == '\n' ? 1 : 0;
        return $"[…]{Environment.NewLine}{said[start..]}";
    }
}
