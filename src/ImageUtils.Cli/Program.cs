using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using ImageUtils.Cli.Verbs;
using ImageUtils.Privilege;

namespace ImageUtils.Cli;

/// <summary>The command line <c>imageutils</c>: the core without PowerShell.</summary>
public static class Program
{
    /// <summary>The longest that the end of a cancelled work may take; each step of it has its own limit.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">The words after the program's name.</param>
    /// <returns>0 done; 1 an input was refused or failed; 2 wrong usage; 130 cancelled.</returns>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [SecretLauncher.Verb, .. string[] words])
        {
            // For the root helper only: what follows are the words of another program, which nobody may take for ours.
            using Stream input = Console.OpenStandardInput();
            Console.Error.WriteLine($"imageutils: {OneLine.Of(SecretLauncher.Run(words, input))}");
            return ExitCodes.Failed;
        }

        RootCommand root = new("Inspects, checks, fetches, converts and publishes disk images.")
        {
            SharedOptions.Json,
            SharedOptions.Verbose,
            SharedOptions.Local,
            SharedOptions.Endpoint,
            SharedOptions.TokenFile,
            SharedOptions.Cloud,
            SharedOptions.KeyManagerEndpoint,
            SharedOptions.CertificateDirectory,
            SharedOptions.CaCertificate,
            SharedOptions.ClientCertificate,
            SharedOptions.ClientKey,
            SharedOptions.SkipCertificateCheck,
            SharedOptions.Proxy,
            InfoVerb.Create(),
            CheckVerb.Create(),
            ConvertVerb.Create(),
            ConvertImageVerb.Create(),
            FetchVerb.Create(),
            PublishVerb.Create(),
            VerifySignatureVerb.Create(),
            ResizeVerb.Create(),
            MeasureVerb.Create(),
            MergeVhdVerb.Create(),
            ChainVerb.Create(),
            ImagesVerb.Create(),
            CleanVerb.Create(),
            ToolsVerb.Create(),
            FormatsVerb.Create(),
            OptionsVerb.Create(),
            RootHelperVerbs.CreateRootwrap(),
            RootHelperVerbs.CreateSudo(),
            ServeFileVerb.Create(),
            ServeFileVerb.CreateHolding(),
            ServeFileVerb.CreateWriting(),
            ServeFileVerb.CreateReplacing(),
        };

        // A path is a path: no "[directive]" and no "@response-file" is ever taken out of one.
        root.Directives.Clear();
        ParserConfiguration parser = new() { ResponseFileTokenReplacer = null };
        ParseResult parsed = root.Parse(arguments, parser);
        List<string> errors = [.. parsed.Errors.Select(error => InOneSentence(error.Message)), .. UnknownOptions(parsed, arguments)];
        if (errors.Count > 0)
        {
            foreach (string error in errors)
            {
                Console.Error.WriteLine($"imageutils: {OneLine.Of(error)}");
            }

            Console.Error.WriteLine("imageutils: see 'imageutils --help'");
            return ExitCodes.Usage;
        }

        // A closed terminal ends the work as Ctrl+C does: no child and no partial file outlives it.
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Cancel);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,

            // The parser's two seconds are too few for a root helper on a busy machine, and would leave what it started and our files.
            ProcessTerminationTimeout = EndPatience,
        };
        return await parsed.InvokeAsync(configuration, stop.Token).ConfigureAwait(false);

        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    // The parser takes an option it does not know for one more argument; a mistyped option must not become a file name.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed, string[] arguments)
    {
        int end = Array.IndexOf(arguments, "--");
        HashSet<string> literal = end < 0 ? [] : [.. arguments[(end + 1)..]];
        return parsed.CommandResult.Children
            .OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Where(word => word.Length > 1 && word.StartsWith('-') && !literal.Contains(word))
            .Select(word => $"'{word}' is not an option here; write -- in front of names that begin with a dash.");
    }

    // The parser lists what may stand somewhere on lines of their own.
    private static string InOneSentence(string message) =>
        message.ReplaceLineEndings("\n").Replace(":\n\t", ": ", StringComparison.Ordinal).Replace("\n\t", ", ", StringComparison.Ordinal);
}
