using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.PowerShell.Completers;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Shows the stores that an image service keeps data in.</summary>
[Cmdlet(VerbsCommon.Get, "ImageStore")]
[OutputType(typeof(ImageStore))]
public sealed class GetImageStoreCommand : OperationCommand
{
    /// <summary>The ids of the stores; wildcards are expanded. Without it every store is shown.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StoreIdCompleter))]
    public string[] StoreId { get; set; } = ["*"];

    /// <summary>The image service; without it the runspace's connection.</summary>
    [Parameter]
    public ImageServiceConnection? ImageService { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        IImageService service = Session.Choose(ImageService).Service;
        foreach (string storeId in StoreId)
        {
            RunItem(storeId, async token => Show(storeId, await service.ListStoresAsync(token).ConfigureAwait(false)));
        }
    }

    private void Show(string storeId, IReadOnlyList<ImageStore> stores)
    {
        WildcardPattern pattern = WildcardPattern.Get(storeId, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        ImageStore[] found = stores.Where(store => pattern.IsMatch(store.StoreId)).ToArray();
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(storeId))
        {
            throw new StoreNotFoundException(storeId);
        }

        foreach (ImageStore store in found)
        {
            Emit(store);
        }
    }
}
