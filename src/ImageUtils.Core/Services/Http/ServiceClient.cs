using System.Net;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services.Identity;

namespace ImageUtils.Services.Http;

/// <summary>
/// Speaks to one service over HTTP: finds its address, sends tokens along, renews one that ran out, tries again and elsewhere
/// after a broken connection or a 503 as cinder does, and follows no redirect to another server.
/// </summary>
internal sealed class ServiceClient
{
    private const int LargestError = 64 * 1024;
    private const int MostRedirects = 5;
    private const int UploadPatience = 5;

    private static readonly TimeSpan PauseBetween = TimeSpan.FromSeconds(1);

    private readonly HttpClient _http;
    private readonly IEndpointSource _endpoints;
    private readonly ITokenSource _tokens;
    private readonly ITokenSource? _serviceTokens;
    private readonly ServiceClientSettings _settings;
    private readonly VersionDiscovery _versions;
    private readonly IOperationLog _log;
    private EndpointRing? _ring;

    /// <summary>Makes the client; nothing is sent.</summary>
    /// <param name="http">Sends; not disposed of.</param>
    /// <param name="endpoints">Where the service is.</param>
    /// <param name="tokens">Who we are.</param>
    /// <param name="serviceTokens">Which service asks on a user's behalf; null: none does.</param>
    /// <param name="settings">How it is spoken to.</param>
    /// <param name="log">Hears of each exchange, never of a header.</param>
    public ServiceClient(HttpClient http, IEndpointSource endpoints, ITokenSource tokens, ITokenSource? serviceTokens, ServiceClientSettings settings, IOperationLog log)
    {
        _http = http;
        _endpoints = endpoints;
        _tokens = tokens;
        _serviceTokens = serviceTokens;
        _settings = settings;
        _versions = new VersionDiscovery(settings.MajorVersion);
        _log = log;
    }

    /// <summary>The address in use, or what is known of it.</summary>
    public string Location => _ring?.Current.OriginalString.TrimEnd('/') ?? _endpoints.Description;

    /// <summary>How long no byte may move.</summary>
    public TimeSpan IdleTimeout => _settings.IdleTimeout;

    /// <summary>Finds the service without sending anything to it.</summary>
    public Task ResolveAsync(CancellationToken cancellationToken) => FindAsync(cancellationToken).AsTask();

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="read">Reads the answer; trouble while reading counts as trouble of the exchange. The answer is disposed of afterwards, unless it is kept.</param>
    /// <param name="keepsAnswer">True: <paramref name="read"/> takes the answer over.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was read.</returns>
    /// <exception cref="ServiceStatusException">The service refused.</exception>
    /// <exception cref="ServiceUnavailableException">It cannot be reached, or its answers make no sense.</exception>
    public async Task<T> SendAsync<T>(ServiceRequest request, Func<ServiceAnswer, Task<T>> read, CancellationToken cancellationToken, bool keepsAnswer = false)
    {
        EndpointRing ring = await FindAsync(cancellationToken).ConfigureAwait(false);
        bool isRenewed = false;
        for (int attempt = 0; ; attempt++)
        {
            Uri endpoint = ring.Current;
            bool isLast = attempt >= _settings.RetryCount;
            using var watch = new IdleWatch(_settings.IdleTimeout, cancellationToken);
            string reason;
            try
            {
                IdentityToken? token = await _tokens.GetAsync(cancellationToken).ConfigureAwait(false);
                Uri root = await RootAsync(endpoint, watch).ConfigureAwait(false);
                try
                {
                    return await ExchangeAsync(request, endpoint, root, token, read, keepsAnswer, watch).ConfigureAwait(false);
                }
                catch (ServiceStatusException e) when (e.Status == HttpStatusCode.Unauthorized && !isRenewed && request.Upload is null or { CanStart: true })
                {
                    // Another token, the same request: this is not one of the tries.
                    isRenewed = true;
                    if (!await RenewAsync(token, cancellationToken).ConfigureAwait(false))
                    {
                        throw;
                    }

                    attempt--;
                    continue;
                }
            }
            catch (ServiceStatusException e) when (e.Status == HttpStatusCode.ServiceUnavailable)
            {
                reason = e.Message;
                if (isLast || request.Upload is { CanStart: false })
                {
                    throw Unavailable(endpoint, reason, e);
                }
            }
            catch (InvalidDataException e)
            {
                throw Unavailable(endpoint, e.Message, e);
            }
            catch (Exception e) when (IsBroken(e, cancellationToken))
            {
                request.Upload?.ThrowSourceError();
                reason = watch.IsExpired ? watch.Reason : Explain(e);
                if (isLast || !IsWorthwhile(e, ring) || !MayRepeat(request, e))
                {
                    throw Unavailable(endpoint, reason, e);
                }
            }

            ring.MoveOn(endpoint);
            _log.Verbose($"{endpoint.OriginalString}: {reason} Trying again{(ring.Count > 1 ? $" at {ring.Current.OriginalString}" : string.Empty)}.");
            await _settings.Pause(PauseBetween, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<EndpointRing> FindAsync(CancellationToken cancellationToken)
    {
        if (_ring is { } known)
        {
            return known;
        }

        var ring = new EndpointRing(await _endpoints.FindAsync(cancellationToken).ConfigureAwait(false));
        return Interlocked.CompareExchange(ref _ring, ring, null) ?? ring;
    }

    private async Task<bool> RenewAsync(IdentityToken? refused, CancellationToken cancellationToken)
    {
        bool isRenewed = await _tokens.RenewAsync(refused, cancellationToken).ConfigureAwait(false) is not null;
        if (isRenewed && _serviceTokens is not null && await _serviceTokens.GetAsync(cancellationToken).ConfigureAwait(false) is { } beside)
        {
            // Which of the two was refused is not said.
            await _serviceTokens.RenewAsync(beside, cancellationToken).ConfigureAwait(false);
        }

        return isRenewed;
    }

    private async ValueTask<Uri> RootAsync(Uri endpoint, IdleWatch watch)
    {
        if (_versions.TryResolve(endpoint) is { } known)
        {
            return known;
        }

        // Version documents are for everybody, so no token goes along.
        using var question = new HttpRequestMessage(HttpMethod.Get, VersionDiscovery.DocumentOf(endpoint));
        using HttpResponseMessage answer = await _http.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        _log.Verbose($"GET {question.RequestUri} {(int)answer.StatusCode}");
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            throw await RefusalAsync(new ServiceAnswer(answer, endpoint, watch)).ConfigureAwait(false);
        }

        bool isDocument = answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.MultipleChoices;
        byte[] body = isDocument ? await new ServiceAnswer(answer, endpoint, watch).ReadAsync(LargestError).ConfigureAwait(false) : [];
        return _versions.Learn(endpoint, body);
    }

    private async Task<T> ExchangeAsync<T>(ServiceRequest request, Uri endpoint, Uri root, IdentityToken? token, Func<ServiceAnswer, Task<T>> read, bool keepsAnswer, IdleWatch watch)
    {
        var target = new Uri(root, request.Path);
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage message = await SendOnceAsync(request, target, token, watch).ConfigureAwait(false);
            bool isKept = false;
            try
            {
                var answer = new ServiceAnswer(message, endpoint, watch);
                if (message.IsSuccessStatusCode)
                {
                    T result = await read(answer).ConfigureAwait(false);
                    isKept = keepsAnswer;
                    return result;
                }

                if (message.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                {
                    throw await RefusalAsync(answer).ConfigureAwait(false);
                }

                target = Follow(request, target, message.Headers.Location, redirects);
            }
            finally
            {
                if (!isKept)
                {
                    message.Dispose();
                }
            }
        }
    }

    private static Uri Follow(ServiceRequest request, Uri from, Uri? location, int redirects)
    {
        Uri to = location is null ? throw new InvalidDataException("it redirects to nowhere.") : new Uri(from, location);
        if (!ServiceAddress.IsSameOrigin(from, to))
        {
            throw new InvalidDataException($"it redirects to {ServiceAddress.Origin(to)}, which would get the token. Connect to that address if you trust it.");
        }

        return redirects < MostRedirects && request.Method == HttpMethod.Get
            ? to
            : throw new InvalidDataException(redirects < MostRedirects ? "it redirects a request that changes something." : "it redirects in circles.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(ServiceRequest request, Uri target, IdentityToken? token, IdleWatch watch)
    {
        using var message = new HttpRequestMessage(request.Method, target);
        foreach ((string name, string value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (token is not null)
        {
            message.Headers.TryAddWithoutValidation("X-Auth-Token", token.Reveal());
        }

        if (_serviceTokens is not null && await _serviceTokens.GetAsync(watch.Token).ConfigureAwait(false) is { } beside)
        {
            message.Headers.TryAddWithoutValidation("X-Service-Token", beside.Reveal());
        }

        message.Content = request.Upload?.CreateContent(watch, _settings.IdleTimeout * UploadPatience) ?? request.Body?.Invoke();

        // A refusal, for example of a token that ran out, comes before gigabytes are on their way.
        message.Headers.ExpectContinue = request.Upload is not null ? true : null;
        HttpResponseMessage answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        watch.Touch();
        _log.Verbose($"{request.Method} {target} {(int)answer.StatusCode}{(RequestIdOf(answer) is { } id ? $" {id}" : string.Empty)}");
        return answer;
    }

    private static async Task<ServiceStatusException> RefusalAsync(ServiceAnswer answer)
    {
        byte[] body = await answer.ReadAsync(LargestError, isCut: true).ConfigureAwait(false);
        HttpStatusCode status = answer.Message.StatusCode;
        return new ServiceStatusException(status, AnswerText.Of(body, status), RequestIdOf(answer.Message), answer.Endpoint);
    }

    private static string? RequestIdOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("x-openstack-request-id", out IEnumerable<string>? values) && values.FirstOrDefault() is { Length: > 0 and < 100 } id && id.All(letter => letter is > ' ' and < '\x7f')
            ? id
            : null;

    // The time to connect and the idle time end as cancellations that nobody asked for.
    private static bool IsBroken(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && e is (HttpRequestException or IOException or OperationCanceledException);

    private static string Explain(Exception e) => e switch
    {
        OperationCanceledException => "the connection could not be made in time.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: { } inner } => $"no secure connection: {inner.Message}",
        HttpRequestException { InnerException: { } inner } when inner is IOException => inner.Message,
        _ => e.Message,
    };

    // A certificate does not become better by trying again.
    private static bool IsWorthwhile(Exception e, EndpointRing ring) =>
        ring.Count > 1 || e is not HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };

    private static bool MayRepeat(ServiceRequest request, Exception e)
    {
        bool hasNotArrived = e is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };
        return request.Upload is { } upload ? upload.BytesSent == 0 : hasNotArrived || request.IsRepeatable;
    }

    private ServiceUnavailableException Unavailable(Uri endpoint, string reason, Exception cause) =>
        new(_settings.Service, endpoint.OriginalString, reason, cause);
}
