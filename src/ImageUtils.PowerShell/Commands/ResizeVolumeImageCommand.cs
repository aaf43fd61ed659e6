using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Changes the size of the disk inside an image, in place.</summary>
[Cmdlet(VerbsCommon.Resize, "VolumeImage", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(QemuImageInfo))]
public sealed class ResizeVolumeImageCommand : PathCommand
{
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The new size, in whole GiB.</summary>
    [Parameter(Position = 1)]
    [WholeGibibytes(BytesParameter = nameof(SizeBytes))]
    public long? SizeGB { get; set; }

    /// <summary>The new size, in bytes; a multiple of 512.</summary>
    [Parameter]
    [SizeTransformation]
    public long? SizeBytes { get; set; }

    /// <summary>What the image is, by its owner's word; content that disagrees is refused.</summary>
    [Parameter]
    [ValidateDiskFormat]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? ImageFormat { get; set; }

    /// <summary>Allow the disk to become smaller.</summary>
    [Parameter]
    public SwitchParameter Shrink { get; set; }

    /// <summary>Run native tools through the root helper.</summary>
    [Parameter]
    public SwitchParameter RunAsRoot { get; set; }

    /// <summary>Emit what the image is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private long NewSize { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (SizeGB is null == SizeBytes is null)
        {
            Terminate(new ArgumentException("Give either -SizeGB, whole GiB, or -SizeBytes, for example 10GB."), SizeGB);
        }

        NewSize = SizeParameters.ToBytes(this, SizeGB, SizeBytes, nameof(SizeGB)) ?? 0;
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        VolumeResizer resizer = new(Operations);
        foreach (string path in ResolvePaths())
        {
            if (IsWanted(path))
            {
                RunItem(path, async token =>
                {
                    QemuImageInfo info = await resizer.ResizeAsync(Request(path), token).ConfigureAwait(false);
                    if (PassThru)
                    {
                        EmitFile(info, path);
                    }
                });
            }
        }
    }

    private bool IsWanted(string path)
    {
        string size = SizeText.Format(NewSize);
        if (!ShouldProcess(path, $"{(Shrink ? "Resize, if need be shrink," : "Resize")} to {size}"))
        {
            return false;
        }

        return !Shrink || HighImpact.Confirm(this, $"What lies behind {size} in '{path}' will be lost. Go on?", "Shrink a disk", ref _yesToAll, ref _noToAll);
    }

    private ResizeRequest Request(string path) => new()
    {
        Path = path,
        SizeBytes = NewSize,
        ImageFormat = ImageFormat is null ? null : DiskFormat.Parse(ImageFormat),
        Shrink = Shrink,
        RunAsRoot = RunAsRoot,
    };
}
