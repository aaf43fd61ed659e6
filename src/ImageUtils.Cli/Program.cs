using System.CommandLine;
using ImageUtils.Cli.Verbs;

namespace ImageUtils.Cli;

/// <summary>The command line <c>imageutils</c>: the core without PowerShell.</summary>
public static class Program
{
    /// <summary>Runs one command.</summary>
    /// <param name="arguments">The words after the program's name.</param>
    /// <returns>0 done; 1 an input was refused or failed; 2 wrong usage; 130 cancelled.</returns>
    public static Task<int> Main(string[] arguments)
    {
        RootCommand root = new("Inspects, checks, fetches, converts and publishes disk images.")
        {
            CommonOptions.Json,
            CommonOptions.Verbose,
            CommonOptions.Local,
            InfoVerb.Create(),
            CheckVerb.Create(),
            ConvertVerb.Create(),
            FetchVerb.Create(),
            PublishVerb.Create(),
            ImagesVerb.Create(),
            ToolsVerb.Create(),
            FormatsVerb.Create(),
        };

        // A path is a path: no "[directive]" and no "@response-file" is ever taken out of one.
        root.Directives.Clear();
        ParserConfiguration parser = new() { ResponseFileTokenReplacer = null };
        ParseResult parsed = root.Parse(arguments, parser);
        if (parsed.Errors.Count > 0)
        {
            foreach (System.CommandLine.Parsing.ParseError error in parsed.Errors)
            {
                Console.Error.WriteLine($"imageutils: {OneLine.Of(error.Message)}");
            }

            Console.Error.WriteLine("imageutils: see 'imageutils --help'");
            return Task.FromResult(ExitCodes.Usage);
        }

        return parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
