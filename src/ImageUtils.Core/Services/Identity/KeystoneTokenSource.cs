using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Identity;

/// <summary>Gets tokens from Keystone, one at a time, and a new one when the last one ran out or was refused.</summary>
internal sealed class KeystoneTokenSource : ITokenSource, IDisposable
{
    private const int LargestAnswer = 8 << 20;

    private readonly IdentitySettings _identity;
    private readonly ServiceClient _client;
    private readonly SemaphoreSlim _one = new(1, 1);
    private IdentityToken? _current;

    /// <summary>Makes the source; nothing is sent.</summary>
    /// <param name="identity">Who the caller is.</param>
    /// <param name="client">Speaks to Keystone, without a token.</param>
    public KeystoneTokenSource(IdentitySettings identity, ServiceClient client)
    {
        _identity = identity;
        _client = client;
    }

    /// <summary>The last token, without asking for one.</summary>
    public IdentityToken? Current => Volatile.Read(ref _current);

    // A token that the user brought makes no other one that would live longer.
    private bool CanRenew => _identity.Method != AuthenticationMethod.Token;

    /// <inheritdoc/>
    public async ValueTask<IdentityToken?> GetAsync(CancellationToken cancellationToken)
    {
        IdentityToken? current = Current;
        return current is not null && !(current.IsStale && CanRenew) ? current : await RenewAsync(current, cancellationToken).ConfigureAwait(false) ?? current;
    }

    /// <inheritdoc/>
    public async ValueTask<IdentityToken?> RenewAsync(IdentityToken? refused, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Current is { } other && other != refused)
            {
                // Somebody else has got one while we waited.
                return other;
            }

            if (refused is not null && !CanRenew)
            {
                return null;
            }

            IdentityToken token = await AskAsync(cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _current, token);
            return token;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets the token and wipes what could get another one.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _current, null);
        foreach (SecretText secret in _identity.Secrets)
        {
            secret.Dispose();
        }

        _one.Dispose();
    }

    private async Task<IdentityToken> AskAsync(CancellationToken cancellationToken)
    {
        RequireSecrets();
        byte[] question = [];
        try
        {
            if (_identity.Token is { } brought && _identity.Method == AuthenticationMethod.Token && (_identity.ProjectId ?? _identity.ProjectName) is null)
            {
                return RequireProject(await _client.SendAsync(Examine(brought.Reveal()), answer => ReadAsync(answer, brought.Reveal()), cancellationToken).ConfigureAwait(false));
            }

            question = KeystoneJson.WriteRequest(_identity);
            return RequireProject(await _client.SendAsync(ServiceRequest.Json(HttpMethod.Post, "auth/tokens", question), answer => ReadAsync(answer, brought: null), cancellationToken).ConfigureAwait(false));
        }
        catch (ServiceStatusException e)
        {
            throw e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.BadRequest
                ? new NotAuthorizedException(Subject(), e.Message, e)
                : new ServiceUnavailableException("identity service", _client.Location, e.Message, e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(question);
        }
    }

    // A token is good for its own project; asking what that is makes no second one.
    private static ServiceRequest Examine(string token) =>
        ServiceRequest.Get("auth/tokens") with { Headers = [("X-Auth-Token", token), ("X-Subject-Token", token)] };

    private static async Task<IdentityToken> ReadAsync(ServiceAnswer answer, string? brought)
    {
        string? token = brought ?? (answer.Message.Headers.TryGetValues("X-Subject-Token", out IEnumerable<string>? values) ? values.FirstOrDefault() : null);
        if (string.IsNullOrEmpty(token))
        {
            throw new InvalidDataException("its answer holds no token; is this the address of an identity service?");
        }

        try
        {
            return KeystoneJson.ReadToken(token, await answer.ReadAsync(LargestAnswer).ConfigureAwait(false));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its answer is not what the Identity API says: {e.Message}", e);
        }
    }

    private IdentityToken RequireProject(IdentityToken token) => token.ProjectId is not null
        ? token
        : throw new NotAuthorizedException(Subject(), "the token is for no project, and an image service works for projects only.")
        {
            RecommendedAction = "Name the project with -Project, or project_name in clouds.yaml, or OS_PROJECT_NAME.",
        };

    private void RequireSecrets()
    {
        string? missing = _identity.Method switch
        {
            AuthenticationMethod.Token when _identity.Token is null or { IsEmpty: true } => "token",
            AuthenticationMethod.ApplicationCredential when _identity.ApplicationCredentialSecret is null or { IsEmpty: true } => "secret of the application credential",
            AuthenticationMethod.ApplicationCredential when (_identity.ApplicationCredentialId ?? _identity.ApplicationCredentialName) is null => "application credential",
            AuthenticationMethod.ApplicationCredential when _identity.ApplicationCredentialId is null && (_identity.UserId ?? _identity.UserName) is null => "user of the application credential",
            AuthenticationMethod.Password when (_identity.UserId ?? _identity.UserName) is null => "user name",
            AuthenticationMethod.Password when _identity.Password is null or { IsEmpty: true } => "password",
            _ => null,
        };
        if (missing is not null)
        {
            throw new NotAuthorizedException(Subject(), $"no {missing} is given, or the connection was closed.");
        }
    }

    private string Subject() => _identity.Method switch
    {
        AuthenticationMethod.Token => $"{_client.Location} with a token",
        AuthenticationMethod.ApplicationCredential => $"{_client.Location} with application credential {_identity.ApplicationCredentialId ?? _identity.ApplicationCredentialName}",
        _ => $"{_client.Location} as user {_identity.UserName ?? _identity.UserId}",
    };
}
