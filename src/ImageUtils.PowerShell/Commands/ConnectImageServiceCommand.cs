using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services.Local;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Chooses the image service that this runspace works with.</summary>
[Cmdlet(VerbsCommunications.Connect, "ImageService")]
[OutputType(typeof(ImageServiceConnection))]
public sealed class ConnectImageServiceCommand : OperationCommand
{
    /// <summary>The folder of a local image service; it is made when the first image is.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string LocalDirectory { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void Process()
    {
        string folder = FileSystemPath.Unresolved(SessionState, LocalDirectory);
        if (File.Exists(folder))
        {
            Terminate(new ArgumentException($"'{folder}' is a file; a local image service is a folder."), LocalDirectory);
        }

        Session.Connection = new ImageServiceConnection(new LocalImageService(folder, new RunningCommandLog()));
        WriteObject(Session.Connection);
    }
}
