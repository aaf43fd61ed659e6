using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Converts images of the image service: under their ids where the service can replace data, else into new images.</summary>
[Cmdlet(VerbsData.Convert, "ServiceImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ServiceImage))]
public sealed class ConvertServiceImageCommand : ServiceImageCommand
{
    private string? _format;

    /// <summary>The disk format they shall have; without it the option ConversionFormat.</summary>
    [Parameter(Position = 1)]
    [ValidateDiskFormat]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? OutputFormat { get; set; }

    /// <summary>Delete an original of which a new image was made.</summary>
    [Parameter]
    public SwitchParameter RemoveOriginal { get; set; }

    /// <summary>Run native tools through the root helper.</summary>
    [Parameter]
    public SwitchParameter RunAsRoot { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        _format = OutputFormat ?? Operations.Options.ConversionFormat;
        if (_format is null)
        {
            WriteWarning("No -OutputFormat is given, and the option ConversionFormat is not set: nothing is done.");
        }
    }

    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId)
    {
        if (_format is null)
        {
            return;
        }

        // As for a deletion: the name is what makes a wrong id be noticed.
        ServiceImage? image = null;
        RunItem(imageId, async token => image = await connection.Service.GetAsync(imageId, token).ConfigureAwait(false));
        if (image is not null && ShouldProcess($"image {image.ImageId} '{image.Name}' in {connection}", Action(connection)))
        {
            Convert(connection, image);
        }
    }

    private string Action(ImageServiceConnection connection)
    {
        if (connection.Service.ReplacesData)
        {
            return $"Convert to {_format}";
        }

        return $"Convert to {_format} as a new image with an id of its own, since the service cannot replace data, and {(RemoveOriginal ? "delete" : "keep")} the original";
    }

    private void Convert(ImageServiceConnection connection, ServiceImage image)
    {
        ServiceImageConversionRequest request = new()
        {
            ImageId = image.ImageId,
            OutputFormat = _format!,
            RemoveOriginal = RemoveOriginal,
            RunAsRoot = RunAsRoot,
        };
        RunItem(image.ImageId, async token => Emit(await new ServiceImageConverter(Operations, connection.Service).ConvertAsync(request, token).ConfigureAwait(false)));
    }
}
