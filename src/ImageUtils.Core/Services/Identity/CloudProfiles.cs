using ImageUtils.Errors;

namespace ImageUtils.Services.Identity;

/// <summary>Finds clouds as every OpenStack client does: by name in clouds.yaml, or in the variables OS_*.</summary>
public static class CloudProfiles
{
    /// <summary>The name of the cloud that the variables make.</summary>
    public const string EnvironmentName = "envvars";

    private const string Prefix = "OS_";

    private static readonly string[] NotSettings = ["OS_CLOUD", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLIENT_VENDOR_FILE"];

    /// <summary>Variables that stand above the cloud that OS_CLOUD names, as <c>openstack</c> has it.</summary>
    private static readonly string[] Above = ["region_name", "interface", "endpoint_type", "cacert", "cert", "key", "insecure"];

    /// <summary>Says whether the variables name a cloud, or make one.</summary>
    /// <param name="environment">Where to look.</param>
    /// <returns>True where they do; files are not read.</returns>
    public static bool IsNamedBy(CloudEnvironment environment) => environment.Variable("OS_CLOUD") is not null || HasCloud(environment);

    /// <summary>Finds a cloud.</summary>
    /// <param name="name">Its name; null: OS_CLOUD, else the variables, else the only one of clouds.yaml.</param>
    /// <param name="environment">Where to look.</param>
    /// <returns>The cloud.</returns>
    /// <exception cref="CloudNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidOptionFileException">A file cannot be used.</exception>
    /// <exception cref="InvalidOptionException">A setting is missing or makes no sense.</exception>
    /// <exception cref="NotSupportedOperationException">It wants a way of authentication that nobody built here.</exception>
    public static CloudProfile Load(string? name, CloudEnvironment environment)
    {
        bool isFromVariable = name is null;
        name ??= environment.Variable("OS_CLOUD");
        if (HasCloud(environment) && (name is null || name == EnvironmentName))
        {
            return new CloudReader(EnvironmentName, FromVariables(environment), environment).Read();
        }

        CloudFiles files = CloudFiles.Read(environment);
        string[] known = files.Clouds.Members?.Keys.ToArray() ?? [];
        name ??= known.Length == 1 ? known[0] : null;
        YamlNode? cloud = name is null ? null : files.Find(name);
        if (cloud is null)
        {
            throw new CloudNotFoundException(name ?? string.Empty, files.FilePath is null ? "there is no clouds.yaml." : $"'{files.FilePath}' has {(known.Length == 0 ? "none" : string.Join(", ", known))}.")
            {
                RecommendedAction = "Put a clouds.yaml into the current folder, ~/.config/openstack or /etc/openstack, or name it with OS_CLIENT_CONFIG_FILE.",
            };
        }

        return new CloudReader(name!, isFromVariable ? cloud.Overlaid(Only(FromVariables(environment), Above)) : cloud, environment).Read();
    }

    /// <summary>The names of the clouds that are in the files.</summary>
    /// <param name="environment">Where to look.</param>
    /// <returns>The names, in the order of the file.</returns>
    /// <exception cref="InvalidOptionFileException">A file cannot be used.</exception>
    public static IReadOnlyList<string> Names(CloudEnvironment environment) => CloudFiles.Read(environment).Clouds.Members?.Keys.ToArray() ?? [];

    private static bool HasCloud(CloudEnvironment environment) =>
        environment.Variable("OS_AUTH_URL") is not null || environment.Variable("OS_ENDPOINT") is not null || environment.Variable("OS_IMAGE_ENDPOINT_OVERRIDE") is not null;

    private static YamlNode FromVariables(CloudEnvironment environment)
    {
        YamlNode cloud = YamlNode.Map();
        foreach ((string variable, string value) in environment.Variables)
        {
            if (variable.StartsWith(Prefix, StringComparison.Ordinal) && value.Length > 0 && !NotSettings.Contains(variable, StringComparer.Ordinal))
            {
                cloud.Members![variable[Prefix.Length..].ToLowerInvariant()] = new YamlNode { Text = value };
            }
        }

        return cloud;
    }

    private static YamlNode Only(YamlNode cloud, string[] names)
    {
        YamlNode chosen = YamlNode.Map();
        foreach (string name in names)
        {
            if (cloud[name] is { } value)
            {
                chosen.Members![name] = value;
            }
        }

        return chosen;
    }
}
