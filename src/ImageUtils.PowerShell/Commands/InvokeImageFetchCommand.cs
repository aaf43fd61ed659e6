using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Downloads an image into a file; hash and format are checked, and the file appears whole or not at all.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ImageFetch", SupportsShouldProcess = true)]
[OutputType(typeof(ImageFetchResult))]
public sealed class InvokeImageFetchCommand : OperationCommand
{
    private readonly DestinationQueue _queue = new();

    /// <summary>The image.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string ImageId { get; set; } = string.Empty;

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

    /// <summary>Refuse an image for which nobody promises a hash.</summary>
    [Parameter]
    public SwitchParameter RequireHash { get; set; }

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
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override object? Input => Destination;

    /// <inheritdoc/>
    protected override void Process()
    {
        string imageId = ImageId;
        string destination = FileSystemPath.Unresolved(SessionState, Destination);
        long? volume = SizeInBytes(VolumeSizeGB, VolumeSizeBytes, nameof(VolumeSizeGB));
        ImageServiceConnection connection = Session.Choose(ImageService);

        // A folder as destination wants the image's format for the name, so the service is asked before the work.
        RunItem(imageId, async token =>
        {
            ServiceImage image = await connection.Service.GetAsync(imageId, token).ConfigureAwait(false);
            string path = ImageFetcher.DestinationOf(destination, image);
            Post(() => _queue.Add(imageId, destination, path, work => FetchAsync(connection, path, image, volume, work)));
        });
    }

    /// <inheritdoc/>
    protected override void End() => _queue.Run("Fetch image", this, RunItem);

    private async Task FetchAsync(ImageServiceConnection connection, string path, ServiceImage image, long? volume, CancellationToken token)
    {
        FetchRequest request = new()
        {
            ImageId = image.ImageId,
            Image = image,
            DestinationPath = path,
            SkipFormatCheck = SkipFormatCheck,
            ExpectedHash = ExpectedHash,
            HashAlgorithm = HashAlgorithm,
            RequireHash = RequireHash,
            VolumeSizeBytes = volume,
            Force = Force,
        };
        EmitFile(await new ImageFetcher(Operations, connection.Service).FetchAsync(request, token).ConfigureAwait(false), path);
    }
}
