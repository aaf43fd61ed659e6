using System.CommandLine;
using ImageUtils.Configuration;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;
using ImageUtils.Services.Local;
using ImageUtils.Transfer;

namespace ImageUtils.Cli;

/// <summary>
/// Which image service a run works with: what the command line names, else what the variables IMAGEUTILS_* name, else what
/// OS_* name, else the local default.
/// </summary>
internal sealed class ServiceChoice
{
    private const string EndpointVariable = "IMAGEUTILS_ENDPOINT";
    private const string TokenFileVariable = "IMAGEUTILS_TOKEN_FILE";
    private const string CloudVariable = "IMAGEUTILS_CLOUD";

    private readonly CloudEnvironment _environment = CloudEnvironment.Current();
    private readonly string? _local;
    private readonly string[] _endpoints;
    private readonly string? _tokenFile;
    private readonly string? _cloud;
    private readonly string? _keyManager;
    private readonly string? _certificates;
    private readonly ParseResult _parsed;

    private ServiceChoice(string? local, string[] endpoints, string? tokenFile, string? cloud, ParseResult parsed)
    {
        _keyManager = parsed.GetValue(SharedOptions.KeyManagerEndpoint);
        _certificates = parsed.GetValue(SharedOptions.CertificateDirectory) is { } folder ? FullPath.Of(folder) : null;
        _parsed = parsed;
        bool isNamed = local is not null || endpoints.Length > 0 || cloud is not null;
        _local = local;
        _endpoints = isNamed ? endpoints : _environment.Variable(EndpointVariable)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        _tokenFile = tokenFile ?? _environment.Variable(TokenFileVariable);
        _cloud = isNamed || _endpoints.Length > 0 ? cloud : _environment.Variable(CloudVariable);
    }

    /// <summary>Reads the words; nothing is opened.</summary>
    /// <param name="parsed">The parsed words.</param>
    /// <returns>The choice.</returns>
    /// <exception cref="UsageException">Two services are named, or a token without its service.</exception>
    public static ServiceChoice Of(ParseResult parsed)
    {
        string? local = parsed.GetValue(SharedOptions.Local);
        string[] endpoints = parsed.GetValue(SharedOptions.Endpoint) ?? [];
        string? cloud = parsed.GetValue(SharedOptions.Cloud);
        string? tokenFile = parsed.GetValue(SharedOptions.TokenFile);
        int named = (local is null ? 0 : 1) + (endpoints.Length == 0 ? 0 : 1) + (cloud is null ? 0 : 1);
        if (named > 1)
        {
            throw new UsageException("--local, --endpoint and --cloud each name an image service; give one of them.");
        }

        var choice = new ServiceChoice(local, endpoints, tokenFile, cloud, parsed);
        return tokenFile is null || choice._endpoints.Length > 0 ? choice : throw new UsageException("--token-file goes with --endpoint.");
    }

    /// <summary>Makes the service; nothing is sent.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="log">Hears what is said.</param>
    /// <returns>The service.</returns>
    /// <exception cref="Errors.ImageUtilsException">A setting or a file cannot be used.</exception>
    public IImageService Create(ImageUtilsOptions options, IOperationLog log)
    {
        if (_endpoints.Length > 0)
        {
            return new GlanceImageService(Complete(OfEndpoints(log), options), log);
        }

        bool isCloud = _cloud is not null || (_local is null && CloudProfiles.IsNamedBy(_environment));
        if (!isCloud)
        {
            return new LocalImageService(Path.GetFullPath(_local ?? options.LocalImageDirectory), log)
            {
                CertificateDirectory = _certificates,
                UploadInspector = new UploadInspector(new ImageInspector(), () => options),
            };
        }

        CloudProfile profile = CloudProfiles.Load(_cloud, _environment);
        return new GlanceImageService(Complete(CloudConnectionSettings.From(profile), options), log);
    }

    private CloudConnectionSettings Complete(CloudConnectionSettings settings, ImageUtilsOptions options) => settings with
    {
        RetryCount = options.RetryCount,
        KeyManagerEndpoint = _keyManager is null ? settings.KeyManagerEndpoint : ServiceAddress.Parse(_keyManager, "--key-manager-endpoint"),
        CertificateDirectory = _certificates,
        Transport = TransportChoice.Over(settings.Transport, _parsed),
    };

    private CloudConnectionSettings OfEndpoints(IOperationLog log) => new()
    {
        ImageEndpoints = [.. _endpoints.Select(endpoint => ServiceAddress.Parse(endpoint, "--endpoint"))],
        Identity = _tokenFile is null
            ? new IdentitySettings()
            : new IdentitySettings { Method = AuthenticationMethod.Token, Token = TokenText.Read(Path.GetFullPath(_tokenFile), log.Warning) },
        Transport = TransportSettings.Default with
        {
            CaCertificatePath = _environment.Variable("OS_CACERT") is { } authorities ? Path.GetFullPath(authorities) : null,
        },
    };
}
