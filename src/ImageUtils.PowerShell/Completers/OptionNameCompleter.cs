using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes names of options; what each means, its value and its source are the tooltip.</summary>
public sealed class OptionNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tooltip)> Names(string parameterName)
    {
        LoadedOptions? loaded = TryLoad();
        return OptionDefinitions.All.Select(definition => (definition.Name, Describe(definition, loaded?.Show(definition))));
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
