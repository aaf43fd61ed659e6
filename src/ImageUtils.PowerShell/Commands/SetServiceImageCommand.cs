using System.Collections;
using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Changes properties of an image of the image service; what is not named stays as it is.</summary>
[Cmdlet(VerbsCommon.Set, "ServiceImage", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceImage))]
public sealed class SetServiceImageCommand : ServiceImageCommand
{
    /// <summary>The new name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The smallest volume the image wants, in GiB.</summary>
    [Parameter]
    [ValidateRange(0, 1048576)]
    [WholeGibibytes]
    public int? MinDiskGB { get; set; }

    /// <summary>The smallest memory the image wants, in MiB.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? MinRamMB { get; set; }

    /// <summary>Who sees it.</summary>
    [Parameter]
    [ValidateSet("public", "private", "shared", "community")]
    public string? Visibility { get; set; }

    /// <summary>True: it cannot be deleted.</summary>
    [Parameter]
    public bool? Protected { get; set; }

    /// <summary>All the free words it shall have; an empty list takes all away.</summary>
    [Parameter]
    [AllowEmptyCollection]
    public string[]? Tag { get; set; }

    /// <summary>Further properties to set; those that are not named stay.</summary>
    [Parameter]
    public IDictionary? Property { get; set; }

    /// <summary>The names of further properties to take away.</summary>
    [Parameter]
    public string[] RemoveProperty { get; set; } = [];

    /// <summary>The disk format; only while the image is queued.</summary>
    [Parameter]
    [ValidateDiskFormat(AllowMachineImage = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? DiskFormat { get; set; }

    /// <summary>The container format; only while the image is queued.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContainerFormat { get; set; }

    /// <summary>Emit the image as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private ImageChanges Changes { get; set; } = new();

    /// <inheritdoc/>
    protected override void Begin()
    {
        Changes = new ImageChanges
        {
            Name = Name,
            MinDisk = MinDiskGB,
            MinRam = MinRamMB,
            Visibility = Visibility,
            Protected = Protected,
            Tags = Tag,
            Properties = PropertyTable.From(Property),
            RemoveProperties = RemoveProperty,
            DiskFormat = DiskFormat,
            ContainerFormat = ContainerFormat,
        };
        if (Changes.IsEmpty)
        {
            Terminate(new ArgumentException("Nothing is to change: give at least one of the properties, for example -Name or -Property."), null);
        }
    }

    /// <inheritdoc/>
    protected override void Process(ImageServiceConnection connection, string imageId)
    {
        if (!ShouldProcess($"image {imageId} in {connection}", "Change"))
        {
            return;
        }

        RunItem(imageId, async token =>
        {
            ServiceImage image = await connection.Service.UpdateAsync(imageId, Changes, token).ConfigureAwait(false);
            if (PassThru)
            {
                Emit(image);
            }
        });
    }
}
