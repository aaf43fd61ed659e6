using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes one of a closed set of names.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? string.Empty).Trim('\'', '"');
        return Names(parameterName)
            .Where(entry => entry.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(entry => new CompletionResult(entry.Name, entry.Name, CompletionResultType.ParameterValue, entry.Tooltip));
    }

    /// <summary>The names, in the order in which they are offered.</summary>
    /// <param name="parameterName">The parameter that wants one.</param>
    /// <returns>The names, and what is said of each.</returns>
    protected abstract IEnumerable<(string Name, string Tooltip)> Names(string parameterName);
}
