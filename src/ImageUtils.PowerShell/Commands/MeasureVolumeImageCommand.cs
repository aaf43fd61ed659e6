using System.Management.Automation;
using ImageUtils.Conversion;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Says how much space a conversion of an image would take, and whether it is there.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "VolumeImage", DefaultParameterSetName = PathSet)]
[OutputType(typeof(ImageMeasure))]
public sealed class MeasureVolumeImageCommand : PathCommand
{
    /// <summary>The format that the result would have.</summary>
    [Parameter]
    [ValidateDiskFormat(MustWrite = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string OutputFormat { get; set; } = DiskFormat.Raw.Name;

    /// <summary>The file or folder it would be written to; without it the image's folder.</summary>
    [Parameter(Position = 1)]
    [Alias("DestinationPath")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <summary>The size of the volume it must fit in, in whole GiB.</summary>
    [Parameter]
    [WholeGibibytes(BytesParameter = nameof(VolumeSizeBytes))]
    public long? VolumeSizeGB { get; set; }

    /// <summary>The size of the volume it must fit in, in bytes.</summary>
    [Parameter]
    [SizeTransformation]
    public long? VolumeSizeBytes { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        VolumeMeasurer measurer = new(Operations);
        long? volume = SizeParameters.ToBytes(this, VolumeSizeGB, VolumeSizeBytes, nameof(VolumeSizeGB));
        string? destination = Destination is null ? null : Unresolved(Destination);
        foreach (string path in ResolvePaths())
        {
            MeasureRequest request = new()
            {
                Path = path,
                OutputFormat = DiskFormat.Parse(OutputFormat),
                Destination = destination,
                VolumeSizeBytes = volume,
            };
            RunItem(path, async token => EmitFile(await measurer.MeasureAsync(request, token).ConfigureAwait(false), path));
        }
    }
}
