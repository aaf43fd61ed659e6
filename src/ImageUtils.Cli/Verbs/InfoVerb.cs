using System.CommandLine;
using ImageUtils.Configuration;
using ImageUtils.Operations;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils info</c>: what images are.</summary>
internal static class InfoVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string[]> paths = new("PATH") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        Option<string?> format = Choice.Format("--format", "Read it as this format, whatever the content is.");
        Option<ConversionEngineChoice> engine = Choice.Of<ConversionEngineChoice>("--engine", "Who answers.");
        Option<bool> allowBackingFile = new("--allow-backing-file") { Description = "Let qemu-img look at a qcow2 image with a backing file." };
        Option<bool> forceShare = new("--force-share") { Description = "Read it although another program has it open for writing." };
        Option<bool> backingChain = new("--backing-chain") { Description = "Say the same of every backing file below." };
        Option<bool> runAsRoot = new("--run-as-root") { Description = "Run qemu-img, and the reading of files that only root may read, through the root helper." };
        Command command = new("info", "Say what images are.") { paths, format, engine, allowBackingFile, backingChain, forceShare, runAsRoot };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                foreach (string path in parsed.GetRequiredValue(paths))
                {
                    ImageInfoRequest request = new()
                    {
                        Path = FullPath.Of(path),
                        ImageFormat = parsed.GetValue(format) is { } name ? DiskFormat.Parse(name) : null,
                        Engine = parsed.GetValue(engine),
                        AllowBackingFile = parsed.GetValue(allowBackingFile),
                        ForceShare = parsed.GetValue(forceShare),
                        RunAsRoot = parsed.GetValue(runAsRoot),
                    };
                    await session.EachAsync(path, () => parsed.GetValue(backingChain) ? WriteChainAsync(session, request) : WriteAsync(session, request)).ConfigureAwait(false);
                }
            },
            token));
        return command;
    }

    private static async Task WriteAsync(Session session, ImageInfoRequest request) =>
        session.Results.Write(await new ImageInfoReader(session.Operations).ReadAsync(request, session.Token).ConfigureAwait(false));

    /// <summary>An object a line, the top first, as they are read.</summary>
    private static async Task WriteChainAsync(Session session, ImageInfoRequest request)
    {
        await foreach (QemuImageInfo link in new BackingChainReader(session.Operations).ReadAsync(request, session.Token).ConfigureAwait(false))
        {
            session.Results.Write(link);
        }
    }
}
