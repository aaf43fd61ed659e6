namespace ImageUtils.Configuration;

/// <summary>Options that are set by environment variables.</summary>
internal static class EnvironmentOptions
{
    /// <summary>Reads one option.</summary>
    /// <param name="definition">The option.</param>
    /// <param name="environment">Reads an environment variable; null: not set.</param>
    /// <returns>The value; null: the variable is not set.</returns>
    /// <exception cref="Errors.InvalidOptionException">The value cannot be used; the variable is named.</exception>
    public static object? Read(OptionDefinition definition, Func<string, string?> environment)
    {
        string? text = environment(definition.Variable);

        // A variable that is set and empty is an empty list (an empty vmdk_allowed_types allows none), else no value.
        bool isSet = definition.Kind is OptionKind.List or OptionKind.FolderList ? text is not null : !string.IsNullOrWhiteSpace(text);
        return isSet ? OptionValue.Parse(definition, text!, definition.Variable) : null;
    }
}
