using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Deletes images of the image service with their data; a protected one is refused.</summary>
[Cmdlet(VerbsCommon.Remove, "ServiceImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveServiceImageCommand : OperationCommand
{
    /// <summary>The ids of the images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[] ImageId { get; set; } = [];

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ImageServiceConnection connection = Session.Choose(ImageService);
        foreach (string imageId in ImageId)
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
}
