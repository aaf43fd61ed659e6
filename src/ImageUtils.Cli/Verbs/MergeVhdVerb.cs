using System.CommandLine;
using ImageUtils.Chains;
using ImageUtils.Storage;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils merge-vhd</c>: a chain of VHDs becomes one disk.</summary>
internal static class MergeVhdVerb
{
    private static readonly Argument<string[]> Paths = new("PATH") { Description = "All VHDs of a chain, in any order; with --ignore-id-mismatch newest first.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly ChainSourceOptions Source = new();
    private static readonly Option<string?> Destination = new("--destination") { Description = "The merged disk: a file, or a folder that gets NAME.FORMAT.", HelpName = "DEST" };
    private static readonly Option<string?> To = Choice.Format("--to", "The format of the merged disk: vhd (default) or raw.");
    private static readonly Option<string?> Subformat = new("--subformat") { Description = "dynamic (default) or fixed, for vhd.", HelpName = "S" };
    private static readonly Option<bool> InPlace = new("--in-place") { Description = "Merge into the last VHD; with --archive: put the merged disk in the archive's place." };
    private static readonly Option<bool> IgnoreIdMismatch = new("--ignore-id-mismatch") { Description = "Believe the order of the VHDs and not their ids." };
    private static readonly Option<VhdEngineChoice> Engine = Choice.Of<VhdEngineChoice>("--engine", "Who merges.");
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite an existing destination." };

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("merge-vhd", "Merge a chain of VHDs into one disk.")
        {
            Paths, Source.Directory, Source.Archive, Destination, To, Subformat, InPlace, IgnoreIdMismatch, Engine, Force,
        };
        command.SetAction((parsed, token) => Session.RunAsync(parsed, session => MergeAsync(session, parsed), token));
        return command;
    }

    private static Task MergeAsync(Session session, ParseResult parsed)
    {
        VhdChainSource source = Source.Read(parsed, parsed.GetRequiredValue(Paths));
        string? destination = parsed.GetValue(Destination) is { } given ? FullPath.Of(given) : null;
        bool inPlace = parsed.GetValue(InPlace);
        if (destination is null != inPlace)
        {
            throw new UsageException("Give either --destination or --in-place.");
        }

        DiskFormat format = DiskFormat.Parse(parsed.GetValue(To) ?? DiskFormat.Vhd.Name);
        VhdMergeRequest request = new()
        {
            Source = source,
            DestinationPath = destination is null ? null : DestinationPath.Resolve(destination, source.Name, format),
            InPlace = inPlace,
            OutputFormat = format,
            OutputSubformat = parsed.GetValue(Subformat),
            IgnoreIdMismatch = parsed.GetValue(IgnoreIdMismatch),
            Engine = parsed.GetValue(Engine),
            Force = parsed.GetValue(Force),
        };
        async Task Work() => session.Results.Write(await new VhdChainMerger(session.Operations).MergeAsync(request, session.Token).ConfigureAwait(false));
        return session.EachAsync(ChainSourceOptions.Shown(source), () => destination is null ? Work() : DestinationPath.InFolderAsync(destination, Work));
    }
}
