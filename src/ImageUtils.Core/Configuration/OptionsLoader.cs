namespace ImageUtils.Configuration;

/// <summary>
/// Puts the options together. For each the strongest source counts: the session, the environment, the user's file, an
/// imported cinder.conf (first the session's, then the user's), the default. A parameter is stronger than all of them and
/// its cmdlet's own matter.
/// </summary>
public static class OptionsLoader
{
    /// <summary>What stands in front of every environment variable.</summary>
    public const string VariablePrefix = "IMAGEUTILS_";

    /// <summary>Loads the options of a program without a session.</summary>
    /// <param name="environment">Reads an environment variable; null: not set. <see cref="Environment.GetEnvironmentVariable(string)"/> fits.</param>
    /// <returns>The options.</returns>
    /// <exception cref="Errors.InvalidOptionException">A value cannot be used; where it stands is named.</exception>
    /// <exception cref="Errors.InvalidOptionFileException">The user's file cannot be read.</exception>
    public static ImageUtilsOptions Load(Func<string, string?> environment) => LoadWithSources(environment).Options;

    /// <summary>Loads the options of a program without a session and says where each came from.</summary>
    /// <param name="environment">Reads an environment variable; null: not set.</param>
    /// <returns>The options with their sources.</returns>
    /// <exception cref="Errors.InvalidOptionException">A value cannot be used; where it stands is named.</exception>
    /// <exception cref="Errors.InvalidOptionFileException">The user's file cannot be read.</exception>
    public static LoadedOptions LoadWithSources(Func<string, string?> environment) =>
        LoadWithSources(environment, OptionSet.Empty, OptionSet.Empty);

    /// <summary>Loads the options of a session and says where each came from.</summary>
    /// <param name="environment">Reads an environment variable; null: not set.</param>
    /// <param name="session">What was set in the session.</param>
    /// <param name="imported">What the session took from a cinder.conf.</param>
    /// <returns>The options with their sources.</returns>
    /// <exception cref="Errors.InvalidOptionException">A value cannot be used; where it stands is named.</exception>
    /// <exception cref="Errors.InvalidOptionFileException">The user's file cannot be read.</exception>
    public static LoadedOptions LoadWithSources(Func<string, string?> environment, OptionSet session, OptionSet imported)
    {
        UserOptions user = UserOptionsFile.TryFind(environment)?.Read() ?? UserOptions.None;
        var found = new Dictionary<OptionDefinition, object>();
        var sources = new Dictionary<string, OptionSource>(StringComparer.Ordinal);
        foreach (OptionDefinition definition in OptionDefinitions.All)
        {
            (object? value, OptionSource source) =
                session[definition] is { } inSession ? (inSession, OptionSource.Session)
                : EnvironmentOptions.Read(definition, environment) is { } inEnvironment ? (inEnvironment, OptionSource.Environment)
                : user.Values[definition] is { } inFile ? (inFile, OptionSource.UserFile)
                : (imported[definition] ?? user.CinderConf[definition]) is { } inCinder ? (inCinder, OptionSource.CinderConf)
                : (null, OptionSource.Default);
            sources.Add(definition.Name, source);
            if (value is not null)
            {
                found.Add(definition, value);
            }
        }

        return new LoadedOptions(Combine(found, environment), sources);
    }

    /// <summary>The environment variable of an option.</summary>
    /// <param name="optionName">The option's name, for example <c>CompressOnUpload</c>.</param>
    /// <returns>The variable's name, for example <c>IMAGEUTILS_COMPRESS_ON_UPLOAD</c>.</returns>
    public static string VariableOf(string optionName)
    {
        var name = new System.Text.StringBuilder(VariablePrefix);
        for (int i = 0; i < optionName.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(optionName[i]))
            {
                name.Append('_');
            }

            name.Append(char.ToUpperInvariant(optionName[i]));
        }

        return name.ToString();
    }

    private static ImageUtilsOptions Combine(Dictionary<OptionDefinition, object> found, Func<string, string?> environment)
    {
        // The user's folders are asked for only where they count: a service account need not have a home.
        string Default(string option, string folder) =>
            OptionDefinitions.TryFind(option, out OptionDefinition? definition) && found.ContainsKey(definition)
                ? string.Empty
                : Path.Combine(DefaultFolders.UserData(environment), folder);
        var options = new ImageUtilsOptions
        {
            ImageConversionDirectory = Default(nameof(ImageUtilsOptions.ImageConversionDirectory), "conversion"),
            LocalImageDirectory = Default(nameof(ImageUtilsOptions.LocalImageDirectory), "images"),
        };
        return found.Aggregate(options, (combined, pair) => pair.Key.With(combined, pair.Value));
    }
}
