using System.CommandLine;
using ImageUtils.Services;
using ImageUtils.Services.Web;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils fetch</c>: downloads an image into a file, checked.</summary>
internal static class FetchVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string[]> words = new("ID DEST") { Description = "The image, and the file or folder it goes to; with --uri the destination alone.", Arity = new ArgumentArity(1, 2) };
        Option<string?> uri = WebAddress.Option();
        Option<bool> anyRedirect = WebAddress.AllowAnyRedirect();
        HashOptions hashes = new();
        Option<bool> requireSignature = new("--require-signature") { Description = "Refuse an image without a signature, and verify it whatever the option VerifySignatures says." };
        Option<bool> skipFormatCheck = new("--skip-format-check") { Description = "Do not look at the format of what was downloaded." };
        Option<long?> volumeSize = Choice.Gibibytes("--volume-size-gb", "The size of the volume to fit in, in whole GiB.");
        Option<bool> force = new("--force") { Description = "Overwrite an existing destination." };
        Command command = new("fetch", "Download an image into a file; hash and format are checked.")
        {
            words, uri, anyRedirect, requireSignature, skipFormatCheck, volumeSize, force,
        };
        hashes.AddTo(command);
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                string[] given = parsed.GetRequiredValue(words);
                string? address = parsed.GetValue(uri);
                if (given.Length != (address is null ? 2 : 1))
                {
                    throw new UsageException(address is null ? "Give an image and a destination: imageutils fetch ID DEST." : "With --uri give the destination alone.");
                }

                await session.EachAsync(address ?? given[0], async () =>
                {
                    using WebImageService? web = WebAddress.Open(session, address, parsed.GetValue(anyRedirect));
                    IImageService service = web ?? session.Service;
                    ImageFetcher fetcher = new(session.Operations, service);
                    string target = FullPath.Of(given[^1]);
                    ServiceImage shown = await fetcher.FindAsync(address is null ? given[0] : WebImageService.Parse(address).AbsoluteUri, session.Token).ConfigureAwait(false);
                    FetchRequest request = new()
                    {
                        ImageId = shown.ImageId,
                        Image = shown,
                        DestinationPath = fetcher.DestinationOf(target, shown),
                        Hash = hashes.Demand(parsed),
                        RequireSignature = parsed.GetValue(requireSignature),
                        Connections = hashes.Connections(parsed),
                        SkipFormatCheck = parsed.GetValue(skipFormatCheck),
                        VolumeSizeBytes = parsed.GetValue(volumeSize),
                        Force = parsed.GetValue(force),
                    };
                    await DestinationPath.InFolderAsync(
                        target,
                        async () => session.Results.Write(await fetcher.FetchAsync(request, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
                }).ConfigureAwait(false);
            },
            token));
        return command;
    }
}
