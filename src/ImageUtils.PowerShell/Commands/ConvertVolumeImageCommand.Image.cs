using System.Management.Automation;
using ImageUtils.Conversion;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;
using ImageUtils.Services.Http;
using ImageUtils.Services.Web;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <content>Images of the image service, and of the web, as source.</content>
public sealed partial class ConvertVolumeImageCommand : IDynamicParameters
{
    private const string ImageSet = "ImageId";
    private const string UriSet = "Uri";

    private readonly ImageSourceParameters _source = new(ImageSet, UriSet);

    /// <summary>The image of the image service to make the volume from.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ImageSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string ImageId { get; set; } = string.Empty;

    /// <summary>The address, http or https, of the image to make the volume from.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = UriSet)]
    [ValidateNotNullOrEmpty]
    public string? Uri { get; set; }

    /// <summary>Refuse an image without a signature, and verify it whatever the option VerifySignatures says.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    public SwitchParameter RequireSignature { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    public ImageServiceConnection? ImageService { get; set; }

    /// <summary>Have the image whole in a temporary file before the volume is written; it is done in any case, and a script can say that it counts on it.</summary>
    [Parameter(ParameterSetName = ImageSet)]
    [Parameter(ParameterSetName = UriSet)]
    public SwitchParameter Staged { get; set; }

    /// <inheritdoc/>
    public object GetDynamicParameters() => _source.Declared;

    /// <summary>Queues the image that is named by id or address.</summary>
    /// <returns>False: the source is a file.</returns>
    private bool QueueImage(string destination, long? volume)
    {
        HashDemand hash = _source.Hash(SessionState);
        if (string.Equals(ParameterSetName, ImageSet, StringComparison.Ordinal))
        {
            string imageId = ImageId;
            string path = DestinationPath.Resolve(destination, imageId, Format);
            IImageService service = Session.Choose(ImageService).Service;
            _queue.Add(imageId, destination, path, token => ConvertImageAsync(service, imageId, path, hash, volume, token));
            return true;
        }

        if (Uri is not null)
        {
            Uri address = WebImageService.Parse(Uri);
            string path = DestinationPath.Resolve(destination, System.IO.Path.GetFileName(address.AbsolutePath), Format);
            TransportSettings transport = _source.Over(TransportSettings.Default, SessionState);
            _queue.Add(address.AbsoluteUri, destination, path, token => ConvertWebAsync(transport, address.AbsoluteUri, path, hash, volume, token));
            return true;
        }

        return false;
    }

    private async Task ConvertWebAsync(TransportSettings transport, string address, string path, HashDemand hash, long? volume, CancellationToken token)
    {
        using WebImageService web = new(transport, Operations.Options.RetryCount, _source.AllowAnyRedirect);
        await ConvertImageAsync(web, address, path, hash, volume, token).ConfigureAwait(false);
    }

    private async Task ConvertImageAsync(IImageService service, string imageId, string path, HashDemand hash, long? volume, CancellationToken token)
    {
        VolumeFetchRequest request = new()
        {
            ImageId = imageId,
            DestinationPath = path,
            OutputFormat = Format,
            RequireSignature = RequireSignature,
            Hash = hash,
            Connections = _source.Connections,
        };
        VolumeFetcher fetcher = new(Operations, service, new ImageConverter(Operations));
        EmitFile(await fetcher.FetchAsync(Complete(request, volume), token).ConfigureAwait(false), path);
    }
}
