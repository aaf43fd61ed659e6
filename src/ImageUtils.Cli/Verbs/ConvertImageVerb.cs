using System.CommandLine;
using ImageUtils.Transfer;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils convert-image</c>: an image of the service gets another disk format.</summary>
internal static class ConvertImageVerb
{
    private static readonly Argument<string> Id = new("ID") { Description = "The image." };
    private static readonly Option<string?> To = Choice.Format("--to", "The disk format (the option ConversionFormat).");
    private static readonly Option<bool> RemoveOriginal = new("--remove-original") { Description = "Delete the original where the service cannot replace its data and a new image is made." };
    private static readonly Option<bool> RunAsRoot = new("--run-as-root") { Description = "Run native tools, and the reading of what only root may read, through the root helper." };

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("convert-image", "Convert an image of the image service: under its id where the service can replace data, else into a new image.")
        {
            Id, To, RemoveOriginal, RunAsRoot,
        };
        command.SetAction((parsed, token) => Session.RunAsync(parsed, session => ConvertAsync(session, parsed), token));
        return command;
    }

    private static async Task ConvertAsync(Session session, ParseResult parsed)
    {
        string id = parsed.GetRequiredValue(Id);
        string? format = parsed.GetValue(To) ?? session.Options.ConversionFormat;
        if (format is null)
        {
            session.Operations.Log.Warning("No disk format is given, and the option ConversionFormat is not set: nothing was done.");
            return;
        }

        ServiceImageConversionRequest request = new()
        {
            ImageId = id,
            OutputFormat = format,
            RemoveOriginal = parsed.GetValue(RemoveOriginal),
            RunAsRoot = parsed.GetValue(RunAsRoot),
        };
        await session.EachAsync(
            id,
            async () => session.Results.Write(await new ServiceImageConverter(session.Operations, session.Service).ConvertAsync(request, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
    }
}
