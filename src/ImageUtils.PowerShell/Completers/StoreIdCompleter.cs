using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes stores of the connection in use; description and abilities are the tooltip.</summary>
public sealed class StoreIdCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        ImageServiceConnection? given = fakeBoundParameters?["ImageService"] switch
        {
            PSObject { BaseObject: ImageServiceConnection wrapped } => wrapped,
            ImageServiceConnection plain => plain,
            _ => null,
        };
        IImageService service = RunspaceSession.Current.Choose(given).Service;
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        try
        {
            using CancellationTokenSource limit = new(Patience);
            IReadOnlyList<ImageStore> stores = Task.Run(() => service.ListStoresAsync(limit.Token), limit.Token).GetAwaiter().GetResult();
            return stores
                .Where(store => store.StoreId.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Select(store => new CompletionResult(Quote(store.StoreId), store.StoreId, CompletionResultType.ParameterValue, Describe(store)))
                .ToList();
        }
        catch (Exception e) when (e is OperationCanceledException or ImageUtilsException or IOException)
        {
            return [];
        }
    }

    // The id comes from a server and stands on the command line next.
    private static string Quote(string storeId) =>
        storeId.Length > 0 && storeId.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? storeId
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(storeId)}'";

    private static string Describe(ImageStore store)
    {
        string[] notes = [store.Description ?? store.StoreId, store.IsDefault ? "default" : string.Empty, store.IsReadOnly ? "read-only" : string.Empty];
        return string.Join(", ", notes.Where(note => note.Length > 0));
    }
}
