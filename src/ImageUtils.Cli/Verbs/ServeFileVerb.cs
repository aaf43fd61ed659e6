using System.CommandLine;
using ImageUtils.Privilege;

namespace ImageUtils.Cli.Verbs;

/// <summary>
/// <c>imageutils serve-file</c>: what the root helper runs, so that a user's imageutils can read one file of root's. It knows
/// no options and no settings, and speaks with a program, so nobody is shown it.
/// </summary>
internal static class ServeFileVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "The full path of the file." };
        Command command = new("serve-file", "Hand out pieces of one file on standard output, as standard input asks for them.") { path };
        command.Hidden = true;
        command.SetAction(parsed => Serve(parsed.GetRequiredValue(path)));
        return command;
    }

    private static int Serve(string path)
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            using Stream output = Console.OpenStandardOutput();
            return FileServer.Run(path, input, output) ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (IOException)
        {
            // Whoever asked is gone.
            return ExitCodes.Failed;
        }
    }
}
