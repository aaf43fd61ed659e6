using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Fetches an image into a temporary file, runs a script block with it, and removes it however the block ends.</summary>
[Cmdlet(VerbsOther.Use, "TemporaryImage", SupportsShouldProcess = true)]
[OutputType(typeof(PSObject))]
public sealed class UseTemporaryImageCommand : OperationCommand
{
    private readonly Lock _gate = new();
    private TemporaryImage? _image;
    private bool _isOver;

    /// <summary>The image.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string ImageId { get; set; } = string.Empty;

    /// <summary>What is done with the file; its full path is $_ and the first argument.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>What the file's name ends in; without it, the option BackendName. It does not count where the image is shared.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Suffix { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ImageServiceConnection connection = Session.Choose(ImageService);
        if (!ShouldProcess(ImageId, "Fetch into a temporary file and run the script block"))
        {
            return;
        }

        string imageId = ImageId;
        RunItem(imageId, async token =>
        {
            TemporaryImages images = new(Operations, connection.Service, Suffix);
            Keep(await images.OpenAsync(imageId, token).ConfigureAwait(false));
        });
        if (_image is not { } image)
        {
            return;
        }

        try
        {
            // On the pipeline thread, as every script: output streams, and break, throw and a stop come out here.
            ScriptBlockPipeline.Invoke(ScriptBlock, image.Path, this);
        }
        finally
        {
            _image = null;
            image.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _isOver = true;
                _image?.Dispose();
                _image = null;
            }
        }

        base.Dispose(disposing);
    }

    // A stop does not wait forever for the worker, so an image may come when nobody is there any more.
    private void Keep(TemporaryImage image)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                image.Dispose();
                return;
            }

            _image = image;
        }
    }
}
