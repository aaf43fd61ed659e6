using System.CommandLine;
using ImageUtils.Privilege;

namespace ImageUtils.Cli.Verbs;

/// <summary>
/// <c>imageutils serve-file</c> and its kin: what the root helper runs, so that a user's imageutils can read or make one file of root's. It knows
/// no options and no settings, and speaks with a program, so nobody is shown it.
/// </summary>
internal static class ServeFileVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create() =>
        Create("serve-file", "Hand out pieces of one file on standard output, as standard input asks for them.", FileServer.Run);

    /// <summary>Makes the command <c>serve-device</c>, which holds a block device besides.</summary>
    /// <returns>The command.</returns>
    public static Command CreateHolding() =>
        Create("serve-device", "Hand out pieces of one block device, and hold it for one user alone meanwhile.", FileServer.RunHolding);

    /// <summary>Makes the command <c>write-file</c>, which makes a file in a folder of root's.</summary>
    /// <returns>The command.</returns>
    public static Command CreateWriting() =>
        Create("write-file", "Make one new file, which another program writes, and move it into place.", FileServer.RunWriting);

    /// <summary>Makes the command <c>replace-file</c>, which may replace a regular file.</summary>
    /// <returns>The command.</returns>
    public static Command CreateReplacing() =>
        Create("replace-file", "Make one file, which another program writes, and put it in the place of one that may be there.", FileServer.RunReplacing);

    private static Command Create(string name, string description, Func<string, Stream, Stream, bool> serve)
    {
        Argument<string> path = new("PATH") { Description = "The full path." };
        Command command = new(name, description) { path };
        command.Hidden = true;
        command.SetAction(parsed => Serve(parsed.GetRequiredValue(path), serve));
        return command;
    }

    private static int Serve(string path, Func<string, Stream, Stream, bool> serve)
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            using Stream output = Console.OpenStandardOutput();
            return serve(path, input, output) ? ExitCodes.Done : ExitCodes.Failed;
        }
        catch (IOException)
        {
            // Whoever asked is gone.
            return ExitCodes.Failed;
        }
    }
}
