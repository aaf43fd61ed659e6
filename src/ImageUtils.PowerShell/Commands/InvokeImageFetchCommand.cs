using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Services;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Downloads an image into a file; hash and format are checked, and the file appears whole or not at all.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "ImageFetch", DefaultParameterSetName = ImageSet, SupportsShouldProcess = true)]
[OutputType(typeof(ImageFetchResult))]
public sealed partial class InvokeImageFetchCommand : OperationCommand, IDynamicParameters
{
    private readonly DestinationQueue _queue = new();
    private readonly ImageSourceParameters _source = new(ImageSet, UriSet);
    private WebImageService? _web;

    /// <inheritdoc/>
    public object GetDynamicParameters() => _source.Declared;

    /// <inheritdoc/>
    protected override object? Input => Uri ?? ImageId;

    /// <inheritdoc/>
    protected override void Process()
    {
        string imageId = Uri is null ? ImageId : WebImageService.Parse(Uri).AbsoluteUri;
        string destination = FileSystemPath.Unresolved(SessionState, Destination);
        HashDemand hash = _source.Hash(SessionState);
        long? volume = SizeParameters.ToBytes(this, VolumeSizeGB, VolumeSizeBytes, nameof(VolumeSizeGB));
        ImageFetcher fetcher = new(Operations, Service());

        // A folder as destination wants the image's format for the name, so the service is asked before the work.
        RunItem(imageId, async token =>
        {
            ServiceImage image = await fetcher.FindAsync(imageId, token).ConfigureAwait(false);
            string path = fetcher.DestinationOf(destination, image);
            Post(() => _queue.Add(imageId, destination, path, work => FetchAsync(fetcher, path, image, hash, volume, work)));
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
        : _web ??= new WebImageService(_source.Over(TransportSettings.Default, SessionState), Operations.Options.RetryCount, _source.AllowAnyRedirect);

    private async Task FetchAsync(ImageFetcher fetcher, string path, ServiceImage image, HashDemand hash, long? volume, CancellationToken token)
    {
        FetchRequest request = new()
        {
            ImageId = image.ImageId,
            Image = image,
            DestinationPath = path,
            SkipFormatCheck = SkipFormatCheck,
            Hash = hash,
            Connections = _source.Connections,
            RequireSignature = RequireSignature,
            VolumeSizeBytes = volume,
            Force = Force,
        };
        EmitFile(await fetcher.FetchAsync(request, token).ConfigureAwait(false), path);
    }
}
