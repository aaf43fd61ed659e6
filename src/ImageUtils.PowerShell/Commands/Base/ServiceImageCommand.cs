using System.Management.Automation;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>A cmdlet that works on images of the image service, one after another.</summary>
public abstract class ServiceImageCommand : OperationCommand
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
    protected sealed override void Process()
    {
        ImageServiceConnection connection = Session.Choose(ImageService);
        Prepare(connection);
        foreach (string imageId in ImageId)
        {
            Process(connection, imageId);
        }
    }

    /// <summary>Refuses what the service cannot do, before any work.</summary>
    /// <param name="connection">The image service.</param>
    protected virtual void Prepare(ImageServiceConnection connection)
    {
    }

    /// <summary>Works on one image.</summary>
    /// <param name="connection">The image service.</param>
    /// <param name="imageId">The image's id.</param>
    protected abstract void Process(ImageServiceConnection connection, string imageId);
}
