using System.CommandLine;
using ImageUtils.Processes;

namespace ImageUtils.Cli;

/// <summary>Options that name a file with a passphrase; <c>-</c> is standard input. A passphrase is never a word of a command line.</summary>
internal static class PassphraseOption
{
    private const string StandardInput = "-";

    /// <summary>Makes such an option.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    /// <returns>The option; its value is the path as given.</returns>
    public static Option<string?> Create(string name, string description) => new(name) { Description = description, HelpName = "F" };

    /// <summary>Refuses two options that both want standard input, of which there is one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="UsageException">More than one of them wants it.</exception>
    public static void RequireOneStandardInput(ParseResult parsed, params Option<string?>[] options)
    {
        if (options.Count(option => string.Equals(parsed.GetValue(option), StandardInput, StringComparison.Ordinal)) > 1)
        {
            throw new UsageException($"Only one of {string.Join(", ", options.Select(option => option.Name))} can be '-', standard input.");
        }
    }

    /// <summary>Reads the passphrase.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="option">The option.</param>
    /// <returns>The passphrase, which the caller disposes of; null: the option was not given.</returns>
    /// <exception cref="Errors.PathNotFoundException">There is no such file.</exception>
    /// <exception cref="Errors.InvalidPassphraseException">It does not hold a passphrase.</exception>
    public static Passphrase? Read(ParseResult parsed, Option<string?> option)
    {
        string? path = parsed.GetValue(option);
        if (path is null)
        {
            return null;
        }

        if (!string.Equals(path, StandardInput, StringComparison.Ordinal))
        {
            return Passphrase.FromFile(FullPath.Of(path));
        }

        using Stream input = Console.OpenStandardInput();
        return Passphrase.FromStream(input, "standard input");
    }
}
