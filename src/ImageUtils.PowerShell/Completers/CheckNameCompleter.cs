using ImageUtils.Safety;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Completes names of safety checks.</summary>
public sealed class CheckNameCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Name, string Tooltip)> Names(string parameterName) =>
        CheckNames.All.Order(StringComparer.Ordinal).Select(name => (name, $"The check '{name}'"));
}
