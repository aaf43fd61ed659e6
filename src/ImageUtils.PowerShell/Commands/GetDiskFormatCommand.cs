using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows disk formats: their names here, in qemu and in Glance, and what can be done with each.</summary>
[Cmdlet(VerbsCommon.Get, "DiskFormat")]
[OutputType(typeof(DiskFormat))]
public sealed class GetDiskFormatCommand : OperationCommand
{
    /// <summary>Names: ours, qemu's (vpc), Glance's (ploop) or old ones (qcow1); wildcards are held against ours.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string name in Name)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                WildcardPattern pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
                WriteObject(DiskFormat.All.Where(format => pattern.IsMatch(format.Name)), enumerateCollection: true);
            }
            else if (DiskFormat.TryParse(name, out DiskFormat? format))
            {
                WriteObject(format);
            }
            else
            {
                WriteError(ErrorRecords.From(new DiskFormatNotFoundException(name), name));
            }
        }
    }
}
