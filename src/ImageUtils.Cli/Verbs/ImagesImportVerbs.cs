using System.CommandLine;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils images import</c> and <c>tasks</c>: what the image service does on its own time.</summary>
internal static class ImagesImportVerbs
{
    /// <summary>Makes the commands.</summary>
    /// <returns>The commands.</returns>
    public static IEnumerable<Command> Create() => [Import(), Tasks()];

    private static Command Import()
    {
        Argument<string> image = new("ID") { Description = "The image; it must be queued." };
        Argument<string?> path = new("PATH") { Description = "The file that is brought to the service (glance-direct); without it and --uri, what was staged before.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> uri = new("--uri") { Description = "The address from which the service gets the data itself (web-download).", HelpName = "U" };
        Option<string[]> store = new("--store") { Description = "A store that gets the data; may be repeated.", HelpName = "S", DefaultValueFactory = _ => [] };
        Command command = new("import", "Have the image service import the data of a queued image.") { image, path, uri, store };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                string? file = parsed.GetValue(path);
                string? address = parsed.GetValue(uri);
                if (file is not null && address is not null)
                {
                    throw new UsageException("Give either a file or --uri.");
                }

                string id = parsed.GetRequiredValue(image);
                ImageImportRequest request = new()
                {
                    ImageId = id,
                    SourcePath = file is null ? null : FullPath.Of(file),
                    Address = address,
                    StoreIds = parsed.GetRequiredValue(store),
                };
                await session.EachAsync(
                    id,
                    async () => session.Results.Write(await new ImageImporter(session.Operations, session.Service).ImportAsync(request, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
            },
            token));
        return command;
    }

    private static Command Tasks()
    {
        Argument<string> image = new("ID") { Description = "The image." };
        Command command = new("tasks", "List what the image service does and did with an image on its own time, newest first.") { image };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session =>
            {
                string id = parsed.GetRequiredValue(image);
                return session.EachAsync(id, async () => session.Results.WriteTable(
                    await session.Service.RequireImports().ListTasksAsync(id, session.Token).ConfigureAwait(false),
                    ("TaskId", task => task.TaskId),
                    ("Type", task => task.Type),
                    ("Status", task => task.Status),
                    ("CreatedAt", task => task.CreatedAt),
                    ("Message", task => task.Message)));
            },
            token));
        return command;
    }
}
