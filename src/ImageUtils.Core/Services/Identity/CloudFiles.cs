using ImageUtils.Errors;

namespace ImageUtils.Services.Identity;

/// <summary>clouds.yaml, secure.yaml laid over it, and clouds-public.yaml beneath: the first of each that is found.</summary>
internal sealed class CloudFiles
{
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    private readonly YamlNode _public;

    private CloudFiles(YamlNode clouds, YamlNode published, string? path)
    {
        Clouds = clouds;
        _public = published;
        FilePath = path;
    }

    /// <summary>The member <c>clouds</c> of the files.</summary>
    public YamlNode Clouds { get; }

    /// <summary>The clouds.yaml that was found; null: none.</summary>
    public string? FilePath { get; }

    /// <summary>Finds and reads the files.</summary>
    /// <exception cref="InvalidOptionFileException">One of them cannot be used, or one that a variable names is not there.</exception>
    public static CloudFiles Read(CloudEnvironment environment)
    {
        string? clouds = Find(environment, "clouds", "OS_CLIENT_CONFIG_FILE");
        string? secure = Find(environment, "secure", "OS_CLIENT_SECURE_FILE");
        string? published = Find(environment, "clouds-public", "OS_CLIENT_VENDOR_FILE");
        YamlNode merged = Load(clouds).Overlaid(Load(secure));
        return new CloudFiles(merged["clouds"] ?? YamlNode.Map(), Load(published)["public-clouds"] ?? YamlNode.Map(), clouds ?? secure);
    }

    /// <summary>One cloud, with what its profile says beneath it.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The cloud; null: there is none of that name.</returns>
    /// <exception cref="InvalidOptionFileException">Its profile is not there.</exception>
    public YamlNode? Find(string name)
    {
        YamlNode? cloud = Clouds[name];
        if (cloud?.Members is null || (cloud["profile"] ?? cloud["cloud"])?.Text is not { } profile || profile == name)
        {
            return cloud?.Members is null ? null : cloud;
        }

        YamlNode beneath = _public[profile] ?? throw new InvalidOptionFileException(
            FilePath ?? "clouds.yaml", line: 0, $"the profile '{profile}' of the cloud '{name}' is not in any clouds-public.yaml.");
        return beneath.Overlaid(cloud);
    }

    private static string? Find(CloudEnvironment environment, string name, string variable)
    {
        if (environment.Variable(variable) is { } named)
        {
            string path = environment.FullPath(named);
            return File.Exists(path) ? path : throw new InvalidOptionFileException(path, line: 0, $"the variable {variable} names it, and it is not there.");
        }

        return environment.Folders()
            .SelectMany(folder => Extensions.Select(extension => Path.Combine(folder, name + extension)))
            .FirstOrDefault(File.Exists);
    }

    private static YamlNode Load(string? path)
    {
        YamlNode content = path is null ? YamlNode.Map() : YamlFile.Read(path);
        return content.IsNull ? YamlNode.Map() : content.Members is not null ? content : throw new InvalidOptionFileException(path!, line: 0, "it is not a map.");
    }
}
