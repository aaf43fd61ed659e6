using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Converts an image file, or an image of the image service, into a volume of another format.</summary>
[Cmdlet(VerbsData.Convert, "VolumeImage", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(ImageConversionResult))]
public sealed partial class ConvertVolumeImageCommand : PathCommand
{
    private readonly DestinationQueue _queue = new();

    /// <summary>The file, or a folder that gets <c>name.format</c>.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("DestinationPath")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>The format of the volume.</summary>
    [Parameter]
    [ValidateDiskFormat(MustWrite = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string OutputFormat { get; set; } = DiskFormat.Raw.Name;

    /// <summary>The subformat of the volume, for example fixed (vhd) or streamOptimized (vmdk).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutputSubformat { get; set; }

    /// <summary>The format the source is claimed to be; the content must agree.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [ValidateDiskFormat(AllowMachineImage = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? SourceFormat { get; set; }

    /// <summary>Compress the data, where the format can.</summary>
    [Parameter]
    public SwitchParameter Compress { get; set; }

    /// <summary>Write zeros too.</summary>
    [Parameter]
    public SwitchParameter DisableSparse { get; set; }

    /// <summary>The size of the volume it must fit in, in whole GiB.</summary>
    [Parameter]
    [WholeGibibytes(BytesParameter = nameof(VolumeSizeBytes))]
    public long? VolumeSizeGB { get; set; }

    /// <summary>The size of the volume it must fit in, in bytes.</summary>
    [Parameter]
    [SizeTransformation]
    public long? VolumeSizeBytes { get; set; }

    /// <summary>A limit on the speed, in bytes a second.</summary>
    [Parameter]
    [SizeTransformation]
    public long? MaxBytesPerSecond { get; set; }

    /// <summary>Which engine converts.</summary>
    [Parameter]
    public ConversionEngineChoice Engine { get; set; }

    /// <summary>Run native tools through the root helper.</summary>
    [Parameter]
    public SwitchParameter RunAsRoot { get; set; }

    /// <summary>Overwrite an existing file, also a device that is in use.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private DiskFormat Format => DiskFormat.Parse(OutputFormat);

    /// <inheritdoc/>
    protected override object? Input => ParameterSetName switch
    {
        ImageSet => ImageId,
        UriSet => Uri,
        _ => base.Input,
    };

    /// <inheritdoc/>
    protected override void Process()
    {
        string destination = Unresolved(Destination);
        long? volume = SizeParameters.ToBytes(this, VolumeSizeGB, VolumeSizeBytes, nameof(VolumeSizeGB));
        if (QueueImage(destination, volume))
        {
            return;
        }

        foreach (string source in ResolvePaths())
        {
            string path = DestinationPath.Resolve(destination, System.IO.Path.GetFileName(source), Format);
            _queue.Add(source, destination, path, token => ConvertFileAsync(source, path, volume, token));
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        using (ReadPassphrases())
        {
            _queue.Run($"Convert to {Format.Name}", this, RunItem, ConfirmDevice);
        }
    }

    private async Task ConvertFileAsync(string source, string path, long? volume, CancellationToken token)
    {
        ConversionRequest request = new() { SourcePath = source, DestinationPath = path, OutputFormat = Format, SourceFormat = SourceFormat };
        EmitFile(await new ImageConverter(Operations).ConvertAsync(Complete(request, volume), token).ConfigureAwait(false), path);
    }

    private T Complete<T>(T request, long? volume)
        where T : VolumeRequest
    {
        return (T)(request with
        {
            OutputSubformat = OutputSubformat,
            Compress = Compress,
            DisableSparse = DisableSparse,
            Cipher = _cipher,
            Passphrase = _passphrase,
            SourcePassphrase = _sourcePassphrase,
            VolumeSizeBytes = volume,
            MaxBytesPerSecond = MaxBytesPerSecond,
            Engine = Engine,
            RunAsRoot = RunAsRoot,
            Force = Force,
        });
    }
}
