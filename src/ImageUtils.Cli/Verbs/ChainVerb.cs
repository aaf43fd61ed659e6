using System.CommandLine;
using ImageUtils.Chains;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils chain</c>: the links of a chain of VHDs.</summary>
internal static class ChainVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string[]> paths = new("PATH") { Description = "The newest VHD of a chain, whose parents are looked for in its folder; or all of them, newest first.", Arity = ArgumentArity.ZeroOrMore };
        ChainSourceOptions source = new();
        Command command = new("chain", "List the links of a chain of VHDs, each with its facts and its problem.") { paths, source.Directory, source.Archive };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session =>
            {
                VhdChainSource chain = source.Read(parsed, parsed.GetRequiredValue(paths));
                return session.EachAsync(
                    ChainSourceOptions.Shown(chain),
                    () =>
                    {
                        IReadOnlyList<VhdLink> links = new VhdChainReader(session.Operations).Read(chain, session.Token);
                        session.Results.WriteTable(
                            links,
                            ("Depth", link => link.Depth),
                            ("Type", link => link.Type),
                            ("VirtualSize", link => link.VirtualSize),
                            ("BlockSize", link => link.BlockSize),
                            ("Blocks", link => link.AllocatedBlocks),
                            ("UniqueId", link => link.UniqueId),
                            ("Path", link => link.Path),
                            ("Problem", link => link.Problem));
                        return Task.CompletedTask;
                    });
            },
            token));
        return command;
    }
}
