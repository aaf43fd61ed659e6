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

    /// <summary>Follow redirects to another scheme, to this machine and to the local link too.</summary>
    [Parameter(ParameterSetName = UriSet)]
    public SwitchParameter AllowAnyRedirect { get; set; }

    /// <summary>The file, or a folder that gets <c>id.format</c>.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("DestinationPath")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>Do not look at the format of what was downloaded.</summary>
    [Parameter]
    public SwitchParameter SkipFormatCheck { get; set; }

    /// <summary>The hash that the data must have, in hex.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExpectedHash { get; set; }

    /// <summary>The algorithm of the expected hash.</summary>
    [Parameter]
    [ValidateSet("md5", "sha1", "sha256", "sha384", "sha512")]
    public string? HashAlgorithm { get; set; }

    /// <summary>A list of hashes (SHA256SUMS), a file or an address, that has the image's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? HashFile { get; set; }

    /// <summary>How many connections may be used at once.</summary>
    [Parameter]
    [ValidateRange(1, 16)]
    public int Connections { get; set; } = 1;

    /// <summary>Refuse an image for which nobody promises a hash.</summary>
    [Parameter]
    public SwitchParameter RequireHash { get; set; }

    /// <summary>Refuse an image without a signature, and verify it whatever the option VerifySignatures says.</summary>
    [Parameter]
    public SwitchParameter RequireSignature { get; set; }

    /// <summary>The size of the volume it must fit in, in whole GiB.</summary>
    [Parameter]
    public long? VolumeSizeGB { get; set; }

    /// <summary>The size of the volume it must fit in, in bytes.</summary>
    [Parameter]
    [SizeTransformation]
    public long? VolumeSizeBytes { get; set; }

    /// <summary>Overwrite an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    public ImageServiceConnection? ImageService { get; set; }
}
