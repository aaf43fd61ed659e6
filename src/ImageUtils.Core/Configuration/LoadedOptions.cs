namespace ImageUtils.Configuration;

/// <summary>Options together with where each came from.</summary>
/// <param name="Options">The options.</param>
/// <param name="Sources">The source of each option by its name (a property of <see cref="ImageUtilsOptions"/>); every option is there.</param>
public sealed record LoadedOptions(ImageUtilsOptions Options, IReadOnlyDictionary<string, OptionSource> Sources)
{
    /// <summary>One option as it is shown to users.</summary>
    /// <param name="definition">The option.</param>
    /// <returns>Its value, source and names.</returns>
    public ImageUtilsOption Show(OptionDefinition definition) => new()
    {
        Name = definition.Name,
        Value = definition.Get(Options),
        Source = Sources[definition.Name],
        CinderName = definition.CinderName,
        Description = definition.Description,
    };
}
