using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>A native program ran and reported failure.</summary>
public sealed class ToolFailedException : ImageUtilsException
{
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

    /// <summary>The command line as shown to users (secrets hidden).</summary>
    public string CommandLine { get; }

    /// <summary>The exit code; negative is the number of the signal that ended it.</summary>
    public int ExitCode { get; }

    /// <summary>What the program wrote to standard error.</summary>
    public string StandardError { get; }

    private static string Describe(string commandLine, int exitCode, string standardError)
    {
        string said = standardError.Trim();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Command failed with exit code {exitCode}: {commandLine}{(said.Length == 0 ? string.Empty : Environment.NewLine + said)}");
    }
}
