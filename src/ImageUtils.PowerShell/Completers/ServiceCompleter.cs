using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImageUtils.Errors;
using ImageUtils.Services;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes what the image service in use knows.</summary>
public abstract class ServiceCompleter : IArgumentCompleter
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
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        try
        {
            // A completion is a wish of the moment: no answer in time is no answer.
            IImageService service = RunspaceSession.Current.Choose(given).Service;
            using CancellationTokenSource limit = new(Patience);
            return Task.Run(() => FindAsync(service, parameterName, typed, limit.Token), limit.Token).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ImageUtilsException or IOException)
        {
            return [];
        }
    }

    /// <summary>Finds what completes a word.</summary>
    /// <param name="service">The image service.</param>
    /// <param name="parameterName">The parameter.</param>
    /// <param name="typed">The word so far, without quotes.</param>
    /// <param name="token">Ends the search.</param>
    /// <returns>The completions.</returns>
    protected abstract Task<List<CompletionResult>> FindAsync(IImageService service, string parameterName, string typed, CancellationToken token);

    /// <summary>Makes one completion.</summary>
    /// <param name="text">What stands on the command line then; it comes from a server, so it is quoted where it needs to be.</param>
    /// <param name="shown">What the list shows.</param>
    /// <param name="tooltip">What is said of it.</param>
    /// <returns>The completion.</returns>
    protected static CompletionResult Complete(string text, string shown, string tooltip)
    {
        bool isPlain = text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
        string quoted = isPlain ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
        return new CompletionResult(quoted, shown, CompletionResultType.ParameterValue, tooltip);
    }
}
