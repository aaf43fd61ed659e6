using System.Management.Automation;
using ImageUtils.Chains;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Storage;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Merges a chain of VHDs, or a XenServer image, into one disk.</summary>
[Cmdlet(VerbsData.Merge, "VhdChain", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(VhdMergeResult))]
public sealed class MergeVhdChainCommand : PathCommand
{
    private const string DirectorySet = "Directory";
    private const string ArchiveSet = "Archive";

    private readonly List<string> _paths = [];
    private readonly DestinationQueue _queue = new();
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>A folder with 0.vhd (newest), 1.vhd, ….</summary>
    [Parameter(Mandatory = true, ParameterSetName = DirectorySet)]
    [ValidateNotNullOrEmpty]
    public string Directory { get; set; } = string.Empty;

    /// <summary>A XenServer image: a tar.gz of 0.vhd (newest), 1.vhd, ….</summary>
    [Parameter(Mandatory = true, ParameterSetName = ArchiveSet)]
    [ValidateNotNullOrEmpty]
    public string ArchivePath { get; set; } = string.Empty;

    /// <summary>The merged disk: a file, or a folder that gets <c>name.format</c>.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("DestinationPath")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>Merge into the base; with -ArchivePath: put the merged disk in the archive's place.</summary>
    [Parameter]
    public SwitchParameter InPlace { get; set; }

    /// <summary>The format of the merged disk.</summary>
    [Parameter]
    [ValidateSet("vhd", "raw")]
    public string OutputFormat { get; set; } = DiskFormat.Vhd.Name;

    /// <summary>The subformat of a merged VHD.</summary>
    [Parameter]
    [ValidateSet("dynamic", "fixed")]
    public string? OutputSubformat { get; set; }

    /// <summary>Believe the order of the VHDs, newest first, and not their ids.</summary>
    [Parameter]
    public SwitchParameter IgnoreIdMismatch { get; set; }

    /// <summary>Who merges.</summary>
    [Parameter]
    public VhdEngineChoice Engine { get; set; }

    /// <summary>Overwrite an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override object? Input => ParameterSetName switch
    {
        DirectorySet => Directory,
        ArchiveSet => ArchivePath,
        _ => base.Input,
    };

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Destination is null != InPlace && !MyInvocation.ExpectingInput)
        {
            Terminate(new ArgumentException("Give either -Destination, or -InPlace."), Input);
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (ParameterSetName is not DirectorySet and not ArchiveSet)
        {
            // The files of a chain come one by one; which is which is known when all are there.
            _paths.AddRange(ResolvePaths());
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        VhdChainSource source = ParameterSetName switch
        {
            DirectorySet => new VhdChainSource { DirectoryPath = Unresolved(Directory) },
            ArchiveSet => new VhdChainSource { ArchivePath = Unresolved(ArchivePath) },
            _ => new VhdChainSource { Paths = [.. _paths] },
        };
        string? target = source.ArchivePath ?? source.DirectoryPath ?? (source.Paths.Count > 0 ? source.Paths[0] : null);
        if (target is null || IsAnyMissing)
        {
            // Without its newest link a chain is whole too, and yesterday's disk. What is missing was said.
            return;
        }

        if (InPlace)
        {
            MergeInPlace(source, target);
            return;
        }

        DiskFormat format = DiskFormat.Parse(OutputFormat);
        string destination = Unresolved(Destination ?? throw new ArgumentException("Give either -Destination, or -InPlace."));
        string path = DestinationPath.Resolve(destination, source.Name, format);
        _queue.Add(target, destination, path, token => MergeAsync(source, path, token));
        _queue.Run($"Merge into one {format.Name}", this, RunItem);
    }

    private void MergeInPlace(VhdChainSource source, string target)
    {
        string what = source.ArchivePath is null ? "Merge into the base of the chain" : "Put the merged disk in the archive's place";
        if (ShouldProcess(target, what)
            && HighImpact.Confirm(this, $"{what}: '{target}'. What is there now will be gone. Go on?", "Merge in place", ref _yesToAll, ref _noToAll))
        {
            RunItem(target, token => MergeAsync(source, destination: null, token));
        }
    }

    private async Task MergeAsync(VhdChainSource source, string? destination, CancellationToken token)
    {
        VhdMergeRequest request = new()
        {
            Source = source,
            DestinationPath = destination,
            InPlace = InPlace,
            OutputFormat = DiskFormat.Parse(OutputFormat),
            OutputSubformat = OutputSubformat,
            IgnoreIdMismatch = IgnoreIdMismatch,
            Engine = Engine,
            Force = Force,
        };
        VhdMergeResult result = await new VhdChainMerger(Operations).MergeAsync(request, token).ConfigureAwait(false);
        EmitFile(result, result.Path);
    }
}
