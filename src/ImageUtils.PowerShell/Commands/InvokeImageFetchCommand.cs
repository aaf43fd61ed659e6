using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Downloads an image into a file; hash and format are checked, and the file appears whole or not at all.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ImageFetch", DefaultParameterSetName = ImageSet, SupportsShouldProcess = true)]
[OutputType(typeof(ImageFetchResult))]
public sealed class InvokeImageFetchCommand : OperationCommand
{
    private const string ImageSet = "ImageId";
    private const string UriSet = "Uri";

    private readonly DestinationQueue _queue = new();
    private WebImageService? _web;

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

    /// <inheritdoc/>
    protected override object? Input => Uri ?? ImageId;

    /// <inheritdoc/>
    protected override void Process()
    {
        string imageId = Uri is null ? ImageId : WebImageService.Parse(Uri).AbsoluteUri;
        string destination = FileSystemPath.Unresolved(SessionState, Destination);
        string? hashes = HashFile is null || HashFile.Contains("://", StringComparison.Ordinal) ? HashFile : FileSystemPath.Unresolved(SessionState, HashFile);
        long? volume = SizeInBytes(VolumeSizeGB, VolumeSizeBytes, nameof(VolumeSizeGB));
        ImageFetcher fetcher = new(Operations, Service());

        // A folder as destination wants the image's format for the name, so the service is asked before the work.
        RunItem(imageId, async token =>
        {
            ServiceImage image = await fetcher.FindAsync(imageId, token).ConfigureAwait(false);
            string path = fetcher.DestinationOf(destination, image);
            Post(() => _queue.Add(imageId, destination, path, work => FetchAsync(fetcher, path, image, hashes, volume, work)));
        });
    }

    /// <inheritdoc/>
    protected override void End() => _queue.Run("Fetch image", this, RunItem);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _web?.Dispose();
        }

        base.Dispose(disposing);
    }

    private IImageService Service() => Uri is null
        ? Session.Choose(ImageService).Service
        : _web ??= new WebImageService(TransportSettings.Default, Operations.Options.RetryCount, AllowAnyRedirect);

    private async Task FetchAsync(ImageFetcher fetcher, string path, ServiceImage image, string? hashes, long? volume, CancellationToken token)
    {
        FetchRequest request = new()
        {
            ImageId = image.ImageId,
            Image = image,
            DestinationPath = path,
            SkipFormatCheck = SkipFormatCheck,
            ExpectedHash = ExpectedHash,
            HashAlgorithm = HashAlgorithm,
            HashFile = hashes,
            RequireHash = RequireHash,
            Connections = Connections,
            RequireSignature = RequireSignature,
            VolumeSizeBytes = volume,
            RunAsRoot = RunAsRoot,
            Force = Force,
        };
        EmitFile(await fetcher.FetchAsync(request, token).ConfigureAwait(false), path);
    }
}
