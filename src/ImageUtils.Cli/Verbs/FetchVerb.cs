using System.CommandLine;
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
        Argument<string> image = new("ID") { Description = "The image." };
        Argument<string> destination = new("DEST") { Description = "The file, or a folder." };
        Option<string?> expectedHash = new("--expected-hash") { Description = "The hash the data must have, in hex.", HelpName = "H" };
        Option<string?> algorithm = new("--hash-algorithm") { Description = "Its algorithm: md5, sha1, sha256, sha384 or sha512; without it, by its length.", HelpName = "A" };
        algorithm.Validators.Add(result =>
        {
            if (!HashAlgorithms.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"'{result.Tokens[0].Value}' is not one of md5, sha1, sha256, sha384, sha512.");
            }
        });
        Option<bool> requireHash = new("--require-hash") { Description = "Refuse an image for which nobody promises a hash." };
        Option<bool> skipFormatCheck = new("--skip-format-check") { Description = "Do not look at the format of what was downloaded." };
        Option<long?> volumeSize = Choice.Gibibytes("--volume-size-gb", "The size of the volume to fit in, in whole GiB.");
        Option<bool> force = new("--force") { Description = "Overwrite an existing destination." };
        Command command = new("fetch", "Download an image into a file; hash and format are checked.")
        {
            image, destination, expectedHash, algorithm, requireHash, skipFormatCheck, volumeSize, force,
        };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session => session.EachAsync(parsed.GetRequiredValue(image), async () =>
            {
                string imageId = parsed.GetRequiredValue(image);
                string target = FullPath.Of(parsed.GetRequiredValue(destination));
                ServiceImage shown = await session.Service.GetAsync(imageId, session.Token).ConfigureAwait(false);
                FetchRequest request = new()
                {
                    ImageId = imageId,
                    Image = shown,
                    DestinationPath = ImageFetcher.DestinationOf(target, shown),
                    ExpectedHash = parsed.GetValue(expectedHash),
                    HashAlgorithm = parsed.GetValue(algorithm),
                    RequireHash = parsed.GetValue(requireHash),
                    SkipFormatCheck = parsed.GetValue(skipFormatCheck),
                    VolumeSizeBytes = parsed.GetValue(volumeSize),
                    Force = parsed.GetValue(force),
                };
                await DestinationPath.InFolderAsync(
                    target,
                    async () => session.Results.Write(await new ImageFetcher(session.Operations, session.Service).FetchAsync(request, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
            }),
            token));
        return command;
    }
}
