using System.Management.Automation;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Has the image service import the data of a queued image: from a file that is staged there, or from an address.</summary>
[Cmdlet(VerbsData.Import, "ServiceImage", DefaultParameterSetName = StagedSet, SupportsShouldProcess = true)]
[OutputType(typeof(ServiceImage))]
public sealed class ImportServiceImageCommand : OperationCommand
{
    private const string StagedSet = "Staged";
    private const string FileSet = "LiteralPath";
    private const string UriSet = "Uri";

    /// <summary>The image; it must be queued, or its data staged before.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string ImageId { get; set; } = string.Empty;

    /// <summary>The file that is brought to the service and imported from there.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FileSet)]
    [ValidateNotNullOrEmpty]
    public string? LiteralPath { get; set; }

    /// <summary>The address from which the service gets the data itself.</summary>
    [Parameter(Mandatory = true, ParameterSetName = UriSet)]
    [ValidateNotNullOrEmpty]
    public string? Uri { get; set; }

    /// <summary>The method; it follows from -LiteralPath and -Uri, and glance-direct alone imports what was staged before.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StagedSet)]
    [Parameter(ParameterSetName = FileSet)]
    [Parameter(ParameterSetName = UriSet)]
    [ValidateSet(ImageImport.GlanceDirect, ImageImport.WebDownload)]
    public string? Method { get; set; }

    /// <summary>The stores that get the data; without it the default store.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StoreIdCompleter))]
    public string[] StoreId { get; set; } = [];

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    private string Implied => Uri is null ? ImageImport.GlanceDirect : ImageImport.WebDownload;

    /// <inheritdoc/>
    protected override object? Input => ImageId;

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (Method is not null && !string.Equals(Method, Implied, StringComparison.OrdinalIgnoreCase))
        {
            string told = Uri is null ? "web-download wants an address: give -Uri" : "glance-direct takes no address: give -LiteralPath, or leave -Method out";
            throw new ArgumentException($"{told}.");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        ImageServiceConnection connection = Session.Choose(ImageService);
        connection.Service.RequireImports();
        ImageImportRequest request = new()
        {
            ImageId = ImageId,
            SourcePath = LiteralPath is null ? null : FileSystemPath.Unresolved(SessionState, LiteralPath),
            Address = Uri,
            StoreIds = StoreId,
        };
        if (ShouldProcess($"image {ImageId} in {connection}", $"Import {LiteralPath ?? Uri ?? "what was staged"} by {Implied}"))
        {
            RunItem(ImageId, async token => Emit(await new ImageImporter(Operations, connection.Service).ImportAsync(request, token).ConfigureAwait(false)));
        }
    }
}
