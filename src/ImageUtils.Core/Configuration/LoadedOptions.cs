namespace ImageUtils.Configuration;

/// <summary>Options together with where each came from.</summary>
/// <param name="Options">The options.</param>
/// <param name="Sources">The source of each option by its name (a property of <see cref="ImageUtilsOptions"/>); every option is there.</param>
public sealed record LoadedOptions(ImageUtilsOptions Options, IReadOnlyDictionary<string, OptionSource> Sources);
