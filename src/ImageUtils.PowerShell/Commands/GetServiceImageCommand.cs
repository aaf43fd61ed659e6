using System.Collections;
using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows images of the image service.</summary>
[Cmdlet(VerbsCommon.Get, "ServiceImage", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(ServiceImage))]
public sealed class GetServiceImageCommand : OperationCommand
{
    private const string FilterSet = "Filter";

    /// <summary>The ids of the images.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ImageId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[] ImageId { get; set; } = [];

    /// <summary>The name; wildcards are expanded.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string? Name { get; set; }

    /// <summary>The status, for example active.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public string? Status { get; set; }

    /// <summary>The disk format, by the service's name or ours.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateDiskFormat(AllowMachineImage = true)]
    [ArgumentCompleter(typeof(DiskFormatCompleter))]
    public string? DiskFormat { get; set; }

    /// <summary>The container format.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public string? ContainerFormat { get; set; }

    /// <summary>Properties that the image has, each with exactly this value.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateNotNull]
    public IDictionary? Property { get; set; }

    /// <summary>Who sees it.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateSet("public", "private", "shared", "community")]
    public string? Visibility { get; set; }

    /// <summary>What the project of the connection said of images that others share with it; without it only those that it accepted are listed.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateSet("accepted", "pending", "rejected", "all")]
    public string? MemberStatus { get; set; }

    /// <summary>Free words that it must have, all of them.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public string[] Tag { get; set; } = [];

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        IImageService service = Session.Choose(ImageService).Service;
        if (!string.Equals(ParameterSetName, FilterSet, StringComparison.Ordinal))
        {
            foreach (string imageId in ImageId)
            {
                RunItem(imageId, async token => Emit(await service.GetAsync(imageId, token).ConfigureAwait(false)));
            }

            return;
        }

        RunItem(service.Location, token => ListAsync(service, token));
    }

    private async Task ListAsync(IImageService service, CancellationToken token)
    {
        bool isPattern = Name is not null && WildcardPattern.ContainsWildcardCharacters(Name);
        WildcardPattern? pattern = isPattern ? WildcardPattern.Get(Name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant) : null;
        ImageFilter filter = new()
        {
            Name = isPattern || Name is null ? null : WildcardPattern.Unescape(Name),
            Status = Status,
            DiskFormat = ImageUtils.DiskFormat.TryParse(DiskFormat, out DiskFormat? known) ? known.GlanceName ?? known.Name : DiskFormat,
            ContainerFormat = ContainerFormat,
            Visibility = Visibility?.ToLowerInvariant(),
            MemberStatus = MemberStatus?.ToLowerInvariant(),
            Tags = Tag,
        };
        IReadOnlyDictionary<string, string> wanted = PropertyTable.From(Property);
        await foreach (ServiceImage image in service.ListAsync(filter, token).ConfigureAwait(false))
        {
            bool isNamed = pattern is null || pattern.IsMatch(image.Name ?? string.Empty);
            if (isNamed && wanted.All(property => image.Properties.TryGetValue(property.Key, out string? value) && string.Equals(value, property.Value, StringComparison.Ordinal)))
            {
                Emit(image);
            }
        }
    }
}
