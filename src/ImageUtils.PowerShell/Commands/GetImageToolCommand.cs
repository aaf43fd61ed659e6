using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Qemu;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows the native programs that the module can use, with path, version and what they are used for.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTool")]
[OutputType(typeof(ImageTool))]
public sealed class GetImageToolCommand : OperationCommand
{
    /// <summary>The names of the programs.</summary>
    [Parameter(Position = 0)]
    [ValidateSet("qemu-img")]
    public string[] Name { get; set; } = ["qemu-img"];

    /// <summary>The version that is needed; an older program or none is an error.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MinimumVersion { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        foreach (string name in Name)
        {
            RunItem(name, async token => Emit(await new QemuImg(Operations).FindToolAsync(MinimumVersion, token).ConfigureAwait(false)));
        }
    }
}
