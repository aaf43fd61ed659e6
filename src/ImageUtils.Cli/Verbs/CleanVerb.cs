using System.CommandLine;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils clean</c>: removes temporary files that were left.</summary>
internal static class CleanVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Option<string?> backend = new("--backend") { Description = "The name that the names of the files end in; without it, the option BackendName.", HelpName = "NAME" };
        Option<TimeSpan?> olderThan = Age.Option("--older-than", "Only files that were not written for so long.");
        Option<bool> force = new("--force") { Description = "Also files that a running process uses." };
        Command command = new("clean", "Remove temporary files that were left in the image conversion directory, and print them.") { backend, olderThan, force };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session =>
            {
                Clean(session, new CleanUpRequest { BackendName = parsed.GetValue(backend), OlderThan = parsed.GetValue(olderThan), Force = parsed.GetValue(force) });
                return Task.CompletedTask;
            },
            token));
        return command;
    }

    private static void Clean(Session session, CleanUpRequest request)
    {
        ConversionDirectoryCleaner cleaner = new(session.Options, session);
        List<RemovedTemporaryFile> removed = [];
        foreach (RemovedTemporaryFile file in cleaner.Find(request))
        {
            session.Token.ThrowIfCancellationRequested();
            try
            {
                cleaner.Remove(file);
                removed.Add(file);
            }
            catch (RemovalFailedException e)
            {
                session.Refuse(file.Path, e.Reason);
            }
        }

        if (removed.Count > 0)
        {
            session.Results.WriteTable(
                removed,
                ("LastWriteTime", file => file.LastWriteTime),
                ("Size", file => file.Size),
                ("Path", file => file.Path));
        }
    }
}
