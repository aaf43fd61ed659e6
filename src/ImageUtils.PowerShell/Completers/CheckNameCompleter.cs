using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImageUtils.Safety;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes names of safety checks.</summary>
public sealed class CheckNameCompleter : IArgumentCompleter
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
        return CheckNames.All
            .Where(name => name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(name => new CompletionResult(name, name, CompletionResultType.ParameterValue, $"The check '{name}'"));
    }
}
