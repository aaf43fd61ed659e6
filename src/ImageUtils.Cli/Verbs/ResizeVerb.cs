using System.CommandLine;
using ImageUtils.Configuration;
using ImageUtils.Conversion;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils resize</c>: another size for the disk inside an image.</summary>
internal static class ResizeVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "The image file; it is changed in place." };
        Argument<string> size = new("SIZE") { Description = "The new size of the disk inside: bytes, or a number with a unit such as 512M or 10G." };
        Option<string?> format = Choice.Format("--format", "What the image is; content that disagrees is refused.");
        Option<bool> shrink = new("--shrink") { Description = "Allow the disk to become smaller; what lies behind its new end is lost." };
        Option<bool> runAsRoot = new("--run-as-root") { Description = "Run native tools, and the reading of what only root may read, through the root helper." };
        Command command = new("resize", "Change the size of the disk inside an image, raw or qcow2, in place.") { path, size, format, shrink, runAsRoot };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                string name = parsed.GetRequiredValue(path);
                if (!SizeText.TryParse(parsed.GetRequiredValue(size), out long bytes))
                {
                    throw new UsageException($"'{parsed.GetRequiredValue(size)}' is not a size; write bytes, or a number with a unit such as 512M or 10G.");
                }

                ResizeRequest request = new()
                {
                    Path = FullPath.Of(name),
                    SizeBytes = bytes,
                    ImageFormat = parsed.GetValue(format) is { } word ? DiskFormat.Parse(word) : null,
                    Shrink = parsed.GetValue(shrink),
                    RunAsRoot = parsed.GetValue(runAsRoot),
                };
                await session.EachAsync(
                    name,
                    async () => session.Results.Write(await new VolumeResizer(session.Operations).ResizeAsync(request, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
            },
            token));
        return command;
    }
}
