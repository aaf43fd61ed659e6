using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Completers;

/// <summary>
/// Completes image ids of the connection in use, or names where the parameter is a name; name, status and size are the
/// tooltip. A word finds both.
/// </summary>
public sealed class ImageCompleter : IArgumentCompleter
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
        bool byName = string.Equals(parameterName, "Name", StringComparison.OrdinalIgnoreCase);
        try
        {
            // A completion is a wish of the moment: no answer in time is no answer.
            using CancellationTokenSource limit = new(Patience);
            return Task.Run(() => FindAsync(service, typed, byName, limit.Token), limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ImageUtilsException or IOException)
        {
            return [];
        }
    }

    private static async Task<List<CompletionResult>> FindAsync(IImageService service, string typed, bool byName, CancellationToken token)
    {
        List<CompletionResult> found = [];
        await foreach (ServiceImage image in service.ListAsync(ImageFilter.All, token).ConfigureAwait(false))
        {
            bool matches = image.ImageId.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                || (image.Name ?? string.Empty).StartsWith(typed, StringComparison.OrdinalIgnoreCase);
            if (matches && !(byName && string.IsNullOrEmpty(image.Name)))
            {
                found.Add(new CompletionResult(byName ? Quoted(image.Name!) : image.ImageId, image.Name ?? image.ImageId, CompletionResultType.ParameterValue, Describe(image)));
            }

            if (found.Count >= Most)
            {
                break;
            }
        }

        return found;
    }

    // Names are free text; quotes keep the shell from reading anything into them, and brackets from being wildcards.
    private static string Quoted(string name)
    {
        string escaped = WildcardPattern.Escape(name);
        bool isPlain = escaped.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');
        return isPlain ? escaped : $"'{CodeGeneration.EscapeSingleQuotedStringContent(escaped)}'";
    }

    private static string Describe(ServiceImage image) =>
        string.Create(CultureInfo.InvariantCulture, $"{image.Name ?? "(no name)"}: {image.Status}, {image.DiskFormat}, {image.Size ?? 0} bytes");
}
