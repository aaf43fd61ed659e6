using System.Management.Automation;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <content>The parameters.</content>
public sealed partial class InvokeImageFetchCommand
{
    private const string ImageSet = "ImageId";
    private const string UriSet = "Uri";

    /// <summary>The image.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ImageSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string ImageId { get; set; } = string.Empty;

    /// <summary>The address of the image, http or https.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = UriSet)]
    [ValidateNotNullOrEmpty]
    public string? Uri { get; set; }

    /// <summary>The file, or a folder that gets <c>id.format</c>.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("DestinationPath")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>Do not look at the format of what was downloaded.</summary>
    [Parameter]
    public SwitchParameter SkipFormatCheck { get; set; }

    /// <summary>Refuse an image without a signature, and verify it whatever the option VerifySignatures says.</summary>
    [Parameter]
    public SwitchParameter RequireSignature { get; set; }

    /// <summary>The size of the volume it must fit in, in whole GiB.</summary>
    [Parameter]
    [WholeGibibytes(BytesParameter = nameof(VolumeSizeBytes))]
    public long? VolumeSizeGB { get; set; }

    /// <summary>The size of the volume it must fit in, in bytes.</summary>
    [Parameter]
    [SizeTransformation]
    public long? VolumeSizeBytes { get; set; }

    /// <summary>Run native tools through the root helper. A fetch starts none and writes with the caller's rights, so nothing is run as root.</summary>
    [Parameter]
    public SwitchParameter RunAsRoot { get; set; }

    /// <summary>Overwrite an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    public ImageServiceConnection? ImageService { get; set; }
}
