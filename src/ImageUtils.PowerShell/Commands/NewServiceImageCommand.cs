using System.Collections;
using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Makes an image record, queued and without data.</summary>
[Cmdlet(VerbsCommon.New, "ServiceImage", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceImage))]
public sealed class NewServiceImageCommand : OperationCommand
{
    /// <summary>The name.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    /// <summary>The id, a UUID; without it the service makes one.</summary>
    [Parameter]
    public Guid? ImageId { get; set; }

    /// <summary>The disk format.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateDiskFormat(AllowMachineImage = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string DiskFormat { get; set; } = string.Empty;

    /// <summary>The container format.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string ContainerFormat { get; set; } = "bare";

    /// <summary>The smallest volume the image wants, in GiB.</summary>
    [Parameter]
    [ValidateRange(0, 1048576)]
    [WholeGibibytes]
    public int MinDiskGB { get; set; }

    /// <summary>The smallest memory the image wants, in MiB.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MinRamMB { get; set; }

    /// <summary>Who sees it.</summary>
    [Parameter]
    [ValidateSet("public", "private", "shared", "community")]
    public string Visibility { get; set; } = "private";

    /// <summary>Free words.</summary>
    [Parameter]
    public string[] Tag { get; set; } = [];

    /// <summary>Further properties.</summary>
    [Parameter]
    public IDictionary? Property { get; set; }

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        ImageServiceConnection connection = Session.Choose(ImageService);
        if (!ShouldProcess($"'{Name}' in {connection}", "Make image record"))
        {
            return;
        }

        NewServiceImage definition = new()
        {
            ImageId = ImageId?.ToString(),
            Name = Name,
            DiskFormat = DiskFormat,
            ContainerFormat = ContainerFormat,
            MinDisk = MinDiskGB,
            MinRam = MinRamMB,
            Visibility = Visibility,
            Tags = Tag,
            Properties = PropertyTable.From(Property),
        };
        RunItem(Name, async token => Emit(await connection.Service.CreateAsync(definition, token).ConfigureAwait(false)));
    }
}
