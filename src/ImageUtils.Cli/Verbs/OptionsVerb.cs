using System.CommandLine;
using ImageUtils.Configuration;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils options</c>: the settings as they count, each with its source.</summary>
internal static class OptionsVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("options", "Show the settings, where each value came from, and its name in cinder.conf.");
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session =>
            {
                session.Results.WriteTable(
                    [.. OptionDefinitions.All.Select(session.LoadedOptions.Show)],
                    ("Name", option => option.Name),
                    ("Value", option => option.FormatValue()),
                    ("Source", option => option.Source),
                    ("CinderName", option => option.CinderName));
                return Task.CompletedTask;
            },
            token));
        return command;
    }
}
