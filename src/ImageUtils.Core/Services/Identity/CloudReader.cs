using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>Makes a profile of the settings of one cloud, whether they stand in clouds.yaml or in OS_ variables (the names are the same).</summary>
internal sealed class CloudReader
{
    private readonly string _name;
    private readonly YamlNode _cloud;
    private readonly CloudEnvironment _environment;

    public CloudReader(string name, YamlNode cloud, CloudEnvironment environment)
    {
        _name = name;
        _environment = environment;
        _cloud = RegionOf(cloud, out string? region);
        Region = region;
    }

    private string? Region { get; }

    /// <summary>Reads the profile.</summary>
    /// <exception cref="InvalidOptionException">A setting is missing or makes no sense.</exception>
    /// <exception cref="NotSupportedOperationException">It wants a way of authentication that nobody built here.</exception>
    public CloudProfile Read()
    {
        RequireVersion();
        IdentitySettings identity = ReadIdentity();
        Uri? endpoint = Address("image_endpoint_override") ?? Address("image_endpoint") ?? Address("endpoint");
        if (identity.AuthUrl is null && endpoint is null)
        {
            throw Missing(identity.Method == AuthenticationMethod.None ? "endpoint" : "auth_url");
        }

        return new CloudProfile
        {
            Name = _name,
            Identity = identity,
            Region = Text("image_region_name") ?? Region,
            Interface = ServiceInterface.Parse(Text("image_interface") ?? Text("interface") ?? Text("endpoint_type") ?? ServiceInterface.Public),
            ImageEndpoint = endpoint,
            KeyManagerEndpoint = Address("key_manager_endpoint_override"),
            Transport = ReadTransport(),
        };
    }

    private IdentitySettings ReadIdentity()
    {
        AuthenticationMethod method = ReadMethod();
        if (Text("system_scope") is not null || Text("trust_id") is not null)
        {
            throw new NotSupportedOperationException($"The cloud '{_name}' wants a system scope or a trust; images belong to projects, so name a project.");
        }

        return new IdentitySettings
        {
            AuthUrl = Address("auth_url"),
            Method = method,
            UserName = Text("username") ?? Text("user_name"),
            UserId = Text("user_id"),
            UserDomainName = Text("user_domain_name") ?? Text("domain_name") ?? Text("default_domain_name"),
            UserDomainId = Text("user_domain_id") ?? Text("domain_id") ?? DefaultDomain("user_domain_name"),
            Password = Secret("password"),
            ProjectName = Text("project_name") ?? Text("tenant_name"),
            ProjectId = Text("project_id") ?? Text("tenant_id"),
            ProjectDomainName = Text("project_domain_name") ?? Text("domain_name") ?? Text("default_domain_name"),
            ProjectDomainId = Text("project_domain_id") ?? Text("domain_id") ?? DefaultDomain("project_domain_name"),
            ApplicationCredentialId = Text("application_credential_id"),
            ApplicationCredentialName = Text("application_credential_name"),
            ApplicationCredentialSecret = Secret("application_credential_secret"),
            Token = (Text("token") ?? Text("auth_token")) is { } token ? TokenText.Parse(token, $"the token of the cloud '{_name}'") : null,
        };
    }

    // A name of one's own goes before the default id, which would win over it otherwise.
    private string? DefaultDomain(string ownName) =>
        (Text(ownName) ?? Text("domain_name")) is null ? Text("default_domain_id") ?? Text("default_domain") : null;

    private AuthenticationMethod ReadMethod() => Text("auth_type")?.ToLowerInvariant() switch
    {
        null when Text("application_credential_secret") is not null => AuthenticationMethod.ApplicationCredential,
        null when (Text("token") ?? Text("auth_token")) is not null && Text("password") is null => AuthenticationMethod.Token,
        null or "password" or "v3password" => AuthenticationMethod.Password,
        "v3applicationcredential" or "application_credential" => AuthenticationMethod.ApplicationCredential,
        "token" or "v3token" or "admin_token" => AuthenticationMethod.Token,
        "none" or "noauth" => AuthenticationMethod.None,
        { } other => throw new NotSupportedOperationException($"The cloud '{_name}' wants authentication of the type '{other}'; password, v3applicationcredential, token and none are known."),
    };

    private TransportSettings ReadTransport() => new()
    {
        CaCertificatePath = Text("cacert") is { } authorities ? _environment.FullPath(authorities) : null,
        ClientCertificatePath = Text("cert") is { } certificate ? _environment.FullPath(certificate) : null,
        ClientKeyPath = Text("key") is { } key ? _environment.FullPath(key) : null,
        SkipCertificateCheck = Switch("insecure") ?? !(Switch("verify") ?? true),
    };

    private void RequireVersion()
    {
        string? version = Text("identity_api_version");
        if (version is not null && !version.StartsWith('3') && !version.StartsWith("v3", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOptionException($"identity_api_version of the cloud '{_name}'", version, "the Identity API is spoken in version 3 only.");
        }
    }

    private YamlNode RegionOf(YamlNode cloud, out string? region)
    {
        string? wanted = (cloud["region_name"] ?? cloud["region"])?.Text;
        List<YamlNode> regions = cloud["regions"]?.Items ?? [];
        YamlNode? chosen = regions.Find(entry => wanted is null || NameOf(entry) == wanted);
        if (regions.Count > 0 && chosen is null)
        {
            throw new InvalidOptionException($"region_name of the cloud '{_name}'", wanted!, $"its regions are {string.Join(", ", regions.Select(NameOf))}.");
        }

        region = wanted ?? (chosen is null ? null : NameOf(chosen));
        return cloud.Overlaid(chosen?["values"]);
    }

    private static string? NameOf(YamlNode region) => region.Text ?? region["name"]?.Text;

    // What belongs under auth is found beside it too, as other clients have it.
    private string? Text(string name) => (_cloud["auth"]?[name] ?? _cloud[name])?.Text is { Length: > 0 } text ? text : null;

    private SecretText? Secret(string name) => Text(name) is { } text ? SecretText.Of(text) : null;

    private Uri? Address(string name) => Text(name) is { } text ? ServiceAddress.Parse(text, $"{name} of the cloud '{_name}'") : null;

    private bool? Switch(string name) => Text(name)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "yes" or "on" or "1" or "y" or "t" => true,
        "false" or "no" or "off" or "0" or "n" or "f" => false,
        _ => throw new InvalidOptionException(string.Create(CultureInfo.InvariantCulture, $"{name} of the cloud '{_name}'"), Text(name)!, "it is neither true nor false."),
    };

    private InvalidOptionException Missing(string name) => new($"{name} of the cloud '{_name}'", string.Empty, "it is missing.");
}
