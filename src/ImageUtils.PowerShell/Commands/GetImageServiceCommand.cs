using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows the image service that this runspace works with.</summary>
[Cmdlet(VerbsCommon.Get, "ImageService")]
[OutputType(typeof(ImageServiceConnection))]
public sealed class GetImageServiceCommand : OperationCommand
{
    /// <inheritdoc/>
    protected override void Process() => WriteObject(Session.Choose(given: null));
}
