using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Web;

/// <summary>
/// Images at plain addresses (http, https), as an image service that can only be read: the address is the image's id. It
/// says nothing of formats, so content alone decides.
/// </summary>
public sealed class WebImageService : IImageService, IDisposable
{
    private const int MostRedirects = 5;

    private readonly ConcurrentDictionary<Uri, Uri> _mirrors = new();
    private readonly HttpClient _asked;
    private readonly HttpClient _elsewhere;
    private readonly WebRedirects _redirects;
    private readonly TimeSpan _idleTimeout;
    private readonly int _retries;

    /// <summary>Makes the service; nothing is sent.</summary>
    /// <param name="settings">How servers are reached.</param>
    /// <param name="retries">How often a server that does not answer is asked again (glance_num_retries).</param>
    /// <param name="allowAnyRedirect">True: redirects may lead to another scheme, to this machine and to the local link.</param>
    /// <exception cref="InvalidOptionException">A file of certificates cannot be used.</exception>
    public WebImageService(TransportSettings settings, int retries, bool allowAnyRedirect = false)
    {
        _redirects = new WebRedirects(allowAnyRedirect);
        _asked = HttpTransport.Create(settings);

        // Who the caller is concerns only the server that the caller named.
        TransportSettings nameless = settings with { ClientCertificatePath = null, ClientKeyPath = null };
        _elsewhere = HttpTransport.Create(nameless, allowAnyRedirect ? null : WebRedirects.ConnectAsync);
        _idleTimeout = settings.IdleTimeout;
        _retries = retries;
    }

    /// <inheritdoc/>
    public string Kind => "web";

    /// <inheritdoc/>
    public string Location => "http";

    /// <inheritdoc/>
    public bool IsRemote => true;

    /// <inheritdoc/>
    public bool StatesFormats => false;

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <returns>The address, absolute.</returns>
    /// <exception cref="InvalidAddressException">It is not of http or https, or it holds a password.</exception>
    public static Uri Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            throw new InvalidAddressException(ShownAddress.Of(text), "an address begins with http:// or https://.");
        }

        return address.UserInfo.Length == 0
            ? address
            : throw new InvalidAddressException(ShownAddress.Of(text), "names and passwords do not belong in an address, where logs and process lists show them.");
    }

    /// <inheritdoc/>
    public async Task<ServiceImage> GetAsync(string imageId, CancellationToken cancellationToken)
    {
        ImageData data = await AskPatientlyAsync(imageId, cancellationToken).ConfigureAwait(false);
        await using (data.ConfigureAwait(false))
        {
            return new ServiceImage
            {
                ImageId = imageId,
                Name = Path.GetFileName(Uri.UnescapeDataString(Parse(imageId).AbsolutePath)) is { Length: > 0 } name ? name : null,
                Status = ImageVocabulary.Active,
                ContainerFormat = "bare",
                Size = data.TotalSize,
            };
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenDataAsync(string imageId, CancellationToken cancellationToken) =>
        (await OpenDataAsync(imageId, 0, null, cancellationToken).ConfigureAwait(false)).Stream;

    /// <inheritdoc/>
    public async Task<ImageData> OpenDataAsync(string imageId, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        HttpResponseMessage answer = await SendAsync(Parse(imageId), offset, length, cancellationToken).ConfigureAwait(false);
        try
        {
            if (answer.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && offset == 0)
            {
                // An empty file has no first byte.
                answer.Dispose();
                answer = await SendAsync(Parse(imageId), 0, null, cancellationToken).ConfigureAwait(false);
            }

            Require(answer, imageId);
            HttpContentHeaders headers = answer.Content.Headers;
            if (headers.ContentEncoding.Count > 0)
            {
                throw new ImageDownloadFailedException(imageId, $"the server packs it ({string.Join(", ", headers.ContentEncoding)}), though that was not asked for.");
            }

            ContentRangeHeaderValue? range = answer.StatusCode == HttpStatusCode.PartialContent ? headers.ContentRange : null;
            if (answer.StatusCode == HttpStatusCode.PartialContent && range?.From is null)
            {
                throw new ImageDownloadFailedException(imageId, "a part came of which is not said where it belongs.");
            }

            Stream stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return ImageData.Of(
                new IdleTimeoutStream(answer, stream, _idleTimeout),
                range?.From ?? 0,
                headers.ContentLength,
                range is null ? headers.ContentLength : range.Length,
                checksum: null,
                VersionOf(answer),
                answer.RequestMessage?.RequestUri?.Authority);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
#pragma warning disable CS1998 // An iterator that refuses at its first step.
    public async IAsyncEnumerable<ServiceImage> ListAsync(ImageFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (filter is not null)
        {
            throw ReadOnly("list images");
        }

        yield break;
    }
#pragma warning restore CS1998

    /// <inheritdoc/>
    public Task<ServiceImage> CreateAsync(NewServiceImage definition, CancellationToken cancellationToken) => throw ReadOnly("create an image");

    /// <inheritdoc/>
    public Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken) => throw ReadOnly("upload data");

    /// <inheritdoc/>
    public Task DeleteAsync(string imageId, CancellationToken cancellationToken) => throw ReadOnly("delete an image");

    /// <inheritdoc/>
    public Task<ServiceImage> UpdateAsync(string imageId, ImageChanges changes, CancellationToken cancellationToken) => throw ReadOnly("change an image");

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageStore>> ListStoresAsync(CancellationToken cancellationToken) => throw ReadOnly("list stores");

    /// <inheritdoc/>
    public void Dispose()
    {
        _asked.Dispose();
        _elsewhere.Dispose();
    }

    private static NotSupportedOperationException ReadOnly(string operation) => new($"An address can only be read: it cannot {operation}.");

    /// <summary>A strong ETag, or the date with the length: what a part may be held against another by (RFC 9110, 8.8).</summary>
    private static string? VersionOf(HttpResponseMessage answer) => answer.Headers.ETag is { IsWeak: false } tag
        ? tag.Tag
        : answer.Content.Headers.LastModified?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static void Require(HttpResponseMessage answer, string imageId)
    {
        if (answer.IsSuccessStatusCode && answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
        {
            return;
        }

        string status = string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} {answer.ReasonPhrase}");
        throw answer.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ImageNotFoundException(imageId),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new NotAuthorizedException($"{imageId}: the server answered {status}."),
            HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout =>
                new IOException($"the server answered {status}"),
            _ => new ImageDownloadFailedException(imageId, $"the server answered {status}."),
        };
    }

    /// <summary>Asks for one byte: what HEAD says is not always what GET gives.</summary>
    private async Task<ImageData> AskPatientlyAsync(string imageId, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await OpenDataAsync(imageId, 0, 1, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException) when (attempt < _retries)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw new ServiceUnavailableException(imageId, e.Message, e);
            }
        }
    }

    /// <summary>
    /// Asks, and follows redirects. The mirror that gave one part is asked for the next one itself, so that the parts fit together;
    /// where it fails, whoever named it is asked again.
    /// </summary>
    private async Task<HttpResponseMessage> SendAsync(Uri address, long offset, long? length, CancellationToken cancellationToken)
    {
        if (_mirrors.TryGetValue(address, out Uri? mirror) && await TryMirrorAsync(address, mirror, offset, length, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        Uri current = address;
        for (int redirect = 0; ; redirect++)
        {
            HttpResponseMessage answer = await AskAsync(address, current, offset, length, cancellationToken).ConfigureAwait(false);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
            {
                if (redirect > 0 && answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
                {
                    _mirrors[address] = current;
                }

                return answer;
            }

            answer.Dispose();
            if (redirect == MostRedirects)
            {
                throw new ImageDownloadFailedException(address.AbsoluteUri, $"the server redirects more than {MostRedirects} times.");
            }

            current = _redirects.Follow(address, current, location);
        }
    }

    private async Task<HttpResponseMessage?> TryMirrorAsync(Uri address, Uri mirror, long offset, long? length, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage answer = await AskAsync(address, mirror, offset, length, cancellationToken).ConfigureAwait(false);
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            {
                return answer;
            }

            answer.Dispose();
        }
        catch (Exception e) when (e is IOException or ServiceUnavailableException)
        {
            // It was there a moment ago; another one may be there now.
        }

        _mirrors.TryRemove(address, out _);
        return null;
    }

    private async Task<HttpResponseMessage> AskAsync(Uri address, Uri current, long offset, long? length, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, current);
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (offset > 0 || length is not null)
        {
            request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
        }

        HttpClient http = WebRedirects.IsAsked(address.IdnHost, current.IdnHost) ? _asked : _elsewhere;
        using var watch = new IdleWatch(_idleTimeout, cancellationToken);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.InnerException is ImageDownloadFailedException { Reason: var reason })
        {
            throw new ImageDownloadFailedException(address.AbsoluteUri, reason, e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            // A certificate does not become better by trying again.
            throw new ServiceUnavailableException(current.GetLeftPart(UriPartial.Authority), $"no secure connection: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{address.Host}: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (OperationCanceledException e) when (watch.IsExpired)
        {
            throw new IOException(watch.Reason, e);
        }
    }
}
