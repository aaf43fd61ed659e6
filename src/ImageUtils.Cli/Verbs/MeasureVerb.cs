using System.CommandLine;
using ImageUtils.Configuration;
using ImageUtils.Conversion;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils measure</c>: the space that a conversion would take.</summary>
internal static class MeasureVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string[]> paths = new("PATH") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        Option<string?> to = Choice.Format("--to", "The format that the result would have (raw).");
        Option<string?> destination = new("--destination") { Description = "The file or folder it would be written to (the image's folder).", HelpName = "PATH" };
        Option<long?> volumeSizeGb = new("--volume-size-gb") { Description = "The volume that the disk must fit in, in whole GiB.", HelpName = "N" };
        Command command = new("measure", "Say how much space a conversion would take, and whether it is there.") { paths, to, destination, volumeSizeGb };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                foreach (string path in parsed.GetRequiredValue(paths))
                {
                    await session.EachAsync(
                        path,
                        async () =>
                        {
                            MeasureRequest request = new()
                            {
                                Path = FullPath.Of(path),
                                OutputFormat = DiskFormat.Parse(parsed.GetValue(to) ?? DiskFormat.Raw.Name),
                                Destination = parsed.GetValue(destination) is { } target ? FullPath.Of(target) : null,
                                VolumeSizeBytes = parsed.GetValue(volumeSizeGb) is { } size ? VolumeSize.FromGiB(size) : null,
                            };
                            session.Results.Write(await new VolumeMeasurer(session.Operations).MeasureAsync(request, session.Token).ConfigureAwait(false));
                        }).ConfigureAwait(false);
                }
            },
            token));
        return command;
    }
}
