using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes names of options; what each means, its value and its source are the tooltip.</summary>
public sealed class OptionNameCompleter : IArgumentCompleter
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
        LoadedOptions? loaded = TryLoad();
        return OptionDefinitions.All
            .Where(definition => definition.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            .Select(definition => new CompletionResult(definition.Name, definition.Name, CompletionResultType.ParameterValue, Describe(definition, loaded?.Show(definition))));
    }

    // Names can be completed also while a setting is broken; just then they are wanted.
    private static LoadedOptions? TryLoad()
    {
        try
        {
            return RunspaceSession.Current.LoadOptionsWithSources();
        }
        catch (ImageUtilsException)
        {
            return null;
        }
    }

    private static string Describe(OptionDefinition definition, ImageUtilsOption? now) =>
        now is null ? definition.Description : $"{definition.Description} Now: {(now.Value is null ? "none" : now.FormatValue())} ({now.Source}).";
}
