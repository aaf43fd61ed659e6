using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Leaves out the metadata that only the image service may set.</summary>
[Cmdlet(VerbsCommon.Select, "ImageMetadata")]
[OutputType(typeof(Dictionary<string, object>))]
public sealed class SelectImageMetadataCommand : OperationCommand
{
    /// <summary>The metadata, a dictionary of any kind; it is not changed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    public object? Metadata { get; set; }

    /// <summary>Beginnings of names to leave out besides the built-in ones; without it, those of the options.</summary>
    [Parameter(Position = 1)]
    [AllowNull]
    [AllowEmptyCollection]
    public string[]? ReservedNamespace { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        string[] prefixes = MyInvocation.BoundParameters.ContainsKey(nameof(ReservedNamespace))
            ? ReservedNamespace ?? []
            : [.. Operations.Options.ReservedImageNamespaces];
        object? metadata = Metadata;
        RunItem(metadata ?? string.Empty, _ =>
        {
            Emit(new MetadataFilter(prefixes, this).Filter(MetadataTable.From(metadata)));
            return Task.CompletedTask;
        });
    }
}
