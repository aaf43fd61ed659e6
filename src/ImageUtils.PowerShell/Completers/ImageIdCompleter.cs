using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes image ids of the connection in use; name, status and size are the tooltip. A word also finds names.</summary>
public sealed class ImageIdCompleter : IArgumentCompleter
{
    private const int Most = 100;
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
            // A completion is a wish of the moment: no answer in time is no answer.
            using CancellationTokenSource limit = new(Patience);
            return Task.Run(() => FindAsync(service, typed, limit.Token), limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ImageUtilsException or IOException)
        {
            return [];
        }
    }

    private static async Task<List<CompletionResult>> FindAsync(IImageService service, string typed, CancellationToken token)
    {
        List<CompletionResult> found = [];
        await foreach (ServiceImage image in service.ListAsync(ImageFilter.All, token).ConfigureAwait(false))
        {
            bool matches = image.ImageId.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                || (image.Name ?? string.Empty).StartsWith(typed, StringComparison.OrdinalIgnoreCase);
            if (matches)
            {
                found.Add(new CompletionResult(image.ImageId, image.Name ?? image.ImageId, CompletionResultType.ParameterValue, Describe(image)));
            }

            if (found.Count >= Most)
            {
                break;
            }
        }

        return found;
    }

    private static string Describe(ServiceImage image) =>
        string.Create(CultureInfo.InvariantCulture, $"{image.Name ?? "(no name)"}: {image.Status}, {image.DiskFormat}, {image.Size ?? 0} bytes");
}
