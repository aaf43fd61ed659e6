using System.Management.Automation;
using ImageUtils.Chains;
using ImageUtils.PowerShell.Commands.Base;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Lists the links of a chain of VHDs, each with its facts and its problem.</summary>
[Cmdlet(VerbsCommon.Get, "VhdChain", DefaultParameterSetName = PathSet)]
[OutputType(typeof(VhdLink))]
public sealed class GetVhdChainCommand : PathCommand
{
    private const string DirectorySet = "Directory";
    private const string ArchiveSet = "Archive";

    /// <summary>A folder with 0.vhd (newest), 1.vhd, ….</summary>
    [Parameter(Mandatory = true, ParameterSetName = DirectorySet)]
    [ValidateNotNullOrEmpty]
    public string Directory { get; set; } = string.Empty;

    /// <summary>A XenServer image: a tar.gz of 0.vhd (newest), 1.vhd, ….</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveSet)]
    [ValidateNotNullOrEmpty]
    public string ArchivePath { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override object? Input => ParameterSetName switch
    {
        DirectorySet => Directory,
        ArchiveSet => ArchivePath,
        _ => base.Input,
    };

    /// <inheritdoc/>
    protected override void Process()
    {
        IEnumerable<VhdChainSource> sources = ParameterSetName switch
        {
            DirectorySet => [new VhdChainSource { DirectoryPath = Unresolved(Directory) }],
            ArchiveSet => [new VhdChainSource { ArchivePath = Unresolved(ArchivePath) }],
            _ => ResolvePaths().Select(path => new VhdChainSource { Paths = [path] }),
        };
        foreach (VhdChainSource source in sources)
        {
            string target = source.ArchivePath ?? source.DirectoryPath ?? source.Paths[0];
            RunItem(target, token => Task.Run(() => Show(source, token), token));
        }
    }

    private void Show(VhdChainSource source, CancellationToken token)
    {
        foreach (VhdLink link in new VhdChainReader(Operations).Read(source, token))
        {
            if (source.ArchivePath is null)
            {
                EmitFile(link, link.Path);
            }
            else
            {
                // A member of an archive is no file that another cmdlet could open.
                Emit(link);
            }
        }
    }
}
