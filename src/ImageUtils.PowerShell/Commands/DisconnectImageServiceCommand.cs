using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Forgets the image service that was chosen, and wipes the secrets of its connection; the local default stands in again.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ImageService")]
public sealed class DisconnectImageServiceCommand : OperationCommand
{
    /// <inheritdoc/>
    protected override void Process()
    {
        (Session.Connection?.Service as IDisposable)?.Dispose();
        Session.Connection = null;
    }
}
