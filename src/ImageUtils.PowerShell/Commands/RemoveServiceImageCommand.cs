using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Deletes images of the image service with their data; a protected one is refused.</summary>
[Cmdlet(VerbsCommon.Remove, "ServiceImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveServiceImageCommand : ServiceImageCommand
{
    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId)
    {
        // An id says little to the one who is asked; the name is what makes a wrong one be noticed.
        ServiceImage? image = null;
        RunItem(imageId, async token => image = await connection.Service.GetAsync(imageId, token).ConfigureAwait(false));
        if (image is not null && ShouldProcess($"image {image.ImageId} '{image.Name}' in {connection}", "Delete"))
        {
            RunItem(imageId, token => connection.Service.DeleteAsync(image.ImageId, token));
        }
    }
}
