using System.Collections;
using System.Management.Automation;
using ImageUtils.Conversion;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Makes a volume the data of an image: as it is where the formats are the same, else converted and checked.</summary>
[Cmdlet(VerbsData.Publish, "VolumeImage", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(ImagePublishResult))]
public sealed class PublishVolumeImageCommand : PathCommand
{
    private const string StreamSet = "Stream";

    /// <summary>An open stream with the volume, sent as it is.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StreamSet)]
    [ValidateNotNull]
    public Stream? Stream { get; set; }

    /// <summary>The queued image that gets the data; never taken from the pipeline, where ids are those of sources.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string? ImageId { get; set; }

    /// <summary>The name of the image to make.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The disk format of the image to make.</summary>
    [Parameter]
    [ValidateDiskFormat(AllowMachineImage = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string DiskFormat { get; set; } = "raw";

    /// <summary>The container format of the image to make.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ContainerFormat { get; set; } = "bare";

    /// <summary>Properties of the image to make.</summary>
    [Parameter]
    public IDictionary? Property { get; set; }

    /// <summary>What the volume is; volumes are what their owner says they are, never guessed.</summary>
    [Parameter]
    [ValidateDiskFormat]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string VolumeFormat { get; set; } = "raw";

    /// <summary>The store that shall hold the data.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreIdCompleter))]
    public string? StoreId { get; set; }

    /// <summary>The image that the volume was made from.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseImageId { get; set; }

    /// <summary>Do not compress.</summary>
    [Parameter]
    public SwitchParameter NoCompress { get; set; }

    /// <summary>Run native tools through the root helper.</summary>
    [Parameter]
    public SwitchParameter RunAsRoot { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (ImageId is null == Name is null)
        {
            Terminate(new ArgumentException("Give either -ImageId, the queued image that gets the data, or -Name, the image to make."), ImageId);
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (string.Equals(ParameterSetName, StreamSet, StringComparison.Ordinal))
        {
            if (Stream?.CanRead != true)
            {
                throw new ArgumentException("The stream cannot be read, or is closed.");
            }

            Publish("the stream", new PublishRequest { Source = Stream });
            return;
        }

        foreach (string path in ResolvePaths())
        {
            Publish(path, new PublishRequest { SourcePath = path });
        }
    }

    private void Publish(string source, PublishRequest request)
    {
        ImageServiceConnection connection = Session.Choose(ImageService);
        if (!ShouldProcess($"{source} -> {(Name is null ? $"image {ImageId}" : $"new image '{Name}'")} in {connection}", "Publish"))
        {
            return;
        }

        RunItem(source, async token => Emit(await new ImagePublisher(Operations, connection.Service, new ImageConverter(Operations)).PublishAsync(Complete(request), token).ConfigureAwait(false)));
    }

    private PublishRequest Complete(PublishRequest request) => request with
    {
        ImageId = ImageId,
        NewImage = Name is null ? null : new NewServiceImage
        {
            Name = Name,
            DiskFormat = DiskFormat,
            ContainerFormat = ContainerFormat,
            Properties = PropertyTable.From(Property),
        },
        VolumeFormat = ImageUtils.DiskFormat.Parse(VolumeFormat),
        StoreId = StoreId,
        BaseImageId = BaseImageId,
        NoCompress = NoCompress,
        RunAsRoot = RunAsRoot,
    };
}
