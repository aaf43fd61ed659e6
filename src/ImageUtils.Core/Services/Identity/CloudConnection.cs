using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>One caller at one cloud: one client of HTTP and one token for all its services.</summary>
internal sealed class CloudConnection : IDisposable
{
    private readonly CloudConnectionSettings _settings;
    private readonly IOperationLog _log;
    private readonly HttpClient _http;
    private readonly ITokenSource _tokens;
    private readonly ITokenSource? _serviceTokens;

    /// <summary>Makes the connection; nothing is sent.</summary>
    /// <param name="settings">Who the caller is, and how services are reached.</param>
    /// <param name="log">Hears of each exchange.</param>
    /// <exception cref="InvalidOptionException">A file of certificates cannot be used.</exception>
    public CloudConnection(CloudConnectionSettings settings, IOperationLog log)
    {
        _settings = settings;
        _log = log;
        _http = HttpTransport.Create(settings.Transport);
        _tokens = CreateTokens(settings.Identity);
        _serviceTokens = settings.ServiceIdentity is { } service ? CreateTokens(service) : null;
    }

    /// <summary>The token of the caller.</summary>
    public ITokenSource Tokens => _tokens;

    /// <summary>Whom the services take the caller for; what is not known yet is null.</summary>
    public ServiceAccount Account
    {
        get
        {
            IdentityToken? token = (_tokens as KeystoneTokenSource)?.Current;
            return new ServiceAccount
            {
                UserId = token?.UserId ?? _settings.Identity.UserId,
                UserName = token?.UserName ?? _settings.Identity.UserName,
                ProjectId = token?.ProjectId ?? _settings.Identity.ProjectId,
                ProjectName = token?.ProjectName ?? _settings.Identity.ProjectName,
                Region = _settings.Region,
                ExpiresAt = token?.ExpiresAt,
            };
        }
    }

    /// <summary>Makes a client for one of the cloud's services.</summary>
    /// <param name="serviceType">Its type in the catalogue, for example <c>image</c>.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="majorVersion">The major version of its interface.</param>
    /// <param name="endpoints">Its addresses; empty: those of the catalogue.</param>
    public ServiceClient CreateClient(string serviceType, string name, int majorVersion, IReadOnlyList<Uri> endpoints)
    {
        IEndpointSource source = endpoints.Count > 0
            ? new FixedEndpoints(endpoints)
            : new CatalogEndpoints(_tokens, serviceType, _settings.Interface, _settings.Region, _settings.Identity.AuthUrl?.OriginalString ?? name);
        return new ServiceClient(_http, source, _tokens, _serviceTokens, SettingsOf(name, majorVersion), _log);
    }

    /// <summary>Gets a token where there is an identity service, so that trouble with it is known now.</summary>
    public async Task AuthenticateAsync(CancellationToken cancellationToken)
    {
        await _tokens.GetAsync(cancellationToken).ConfigureAwait(false);
        if (_serviceTokens is not null)
        {
            await _serviceTokens.GetAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the connections and wipes the secrets.</summary>
    public void Dispose()
    {
        (_tokens as IDisposable)?.Dispose();
        (_serviceTokens as IDisposable)?.Dispose();
        _http.Dispose();
    }

    private ITokenSource CreateTokens(IdentitySettings identity)
    {
        if (identity.Method == AuthenticationMethod.None)
        {
            return FixedTokenSource.None;
        }

        if (identity.AuthUrl is { } address)
        {
            var client = new ServiceClient(_http, new FixedEndpoints([address]), FixedTokenSource.None, null, SettingsOf("identity service", 3), _log);
            return new KeystoneTokenSource(identity, client);
        }

        return identity.Method == AuthenticationMethod.Token && identity.Token is { } token
            ? new FixedTokenSource(new IdentityToken(token.Reveal()))
            : throw new InvalidOptionException("auth_url", string.Empty, "a user or an application credential needs the address of an identity service.");
    }

    private ServiceClientSettings SettingsOf(string name, int majorVersion) => new()
    {
        Service = name,
        MajorVersion = majorVersion,
        RetryCount = _settings.RetryCount,
        IdleTimeout = _settings.Transport.IdleTimeout,
        Pause = _settings.Pause,
    };
}
