namespace ImageUtils.Services.Identity;

/// <summary>Where settings of clouds are looked for.</summary>
public sealed record CloudEnvironment
{
    /// <summary>The variables of the process.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The folder in which the user works.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The folders of the system's own settings.</summary>
    public IReadOnlyList<string> SystemFolders { get; init; } = OperatingSystem.IsWindows() ? [] : ["/etc/xdg/openstack", "/etc/openstack"];

    /// <summary>Hears of what is odd and no reason to stop.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>What this process sees.</summary>
    /// <param name="workingDirectory">The folder in which the user works; null: the process's own.</param>
    /// <returns>The environment.</returns>
    public static CloudEnvironment Current(string? workingDirectory = null)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? string.Empty;
        }

        return new CloudEnvironment { Variables = variables, WorkingDirectory = workingDirectory ?? Environment.CurrentDirectory };
    }

    /// <summary>A variable.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its value; null: not set, or empty.</returns>
    public string? Variable(string name) => Variables.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    /// <summary>The folders in which clouds.yaml and its companions may stand, first one first.</summary>
    internal IEnumerable<string> Folders()
    {
        yield return WorkingDirectory;
        string? home = Variable("HOME") ?? Variable("USERPROFILE");
        if (Variable("XDG_CONFIG_HOME") is { } configuration && Path.IsPathFullyQualified(configuration))
        {
            yield return Path.Combine(configuration, "openstack");
        }

        if (home is not null)
        {
            yield return Path.Combine(home, ".config", "openstack");
        }

        if (OperatingSystem.IsWindows() && Variable("APPDATA") is { } roaming)
        {
            yield return Path.Combine(roaming, "openstack");
        }

        foreach (string folder in SystemFolders)
        {
            yield return folder;
        }
    }

    /// <summary>A path of a settings file: from the user's folder, with ~ for home.</summary>
    internal string FullPath(string path)
    {
        string? home = Variable("HOME") ?? Variable("USERPROFILE");
        bool isHome = home is not null && (path == "~" || path.StartsWith("~/", StringComparison.Ordinal));
        return Path.GetFullPath(isHome ? Path.Combine(home!, path.TrimStart('~').TrimStart('/')) : path, WorkingDirectory);
    }
}
