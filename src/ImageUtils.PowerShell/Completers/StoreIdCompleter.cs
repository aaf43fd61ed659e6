using System.Management.Automation;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes stores of the connection in use; description and abilities are the tooltip.</summary>
public sealed class StoreIdCompleter : ServiceCompleter
{
    /// <inheritdoc/>
    protected override async Task<List<CompletionResult>> FindAsync(IImageService service, string parameterName, string typed, CancellationToken token)
    {
        IReadOnlyList<ImageStore> stores = await service.ListStoresAsync(token).ConfigureAwait(false);
        return [.. stores
            .Where(store => store.StoreId.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(store => Complete(store.StoreId, store.StoreId, Describe(store)))];
    }

    private static string Describe(ImageStore store)
    {
        string[] notes = [store.Description ?? store.StoreId, store.IsDefault ? "default" : string.Empty, store.IsReadOnly ? "read-only" : string.Empty];
        return string.Join(", ", notes.Where(note => note.Length > 0));
    }
}
