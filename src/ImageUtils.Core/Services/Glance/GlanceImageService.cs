using System.Net;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services.Http;
using ImageUtils.Services.Identity;
using ImageUtils.Services.KeyManager;

namespace ImageUtils.Services.Glance;

/// <summary>An OpenStack image service (Glance, Image API v2). Nothing is sent before the first question.</summary>
public sealed class GlanceImageService : IImageService, IDisposable
{
    /// <summary>The most bytes of an answer that is not data.</summary>
    internal const int LargestAnswer = 16 << 20;

    private readonly CloudConnection _connection;
    private readonly ServiceClient _client;
    private readonly GlanceListing _listing;

    /// <summary>Makes the service.</summary>
    /// <param name="settings">Where it is, who the caller is.</param>
    /// <param name="log">Hears of each exchange, never of a token; null: nobody.</param>
    /// <exception cref="InvalidOptionException">A setting is missing, or a file of certificates cannot be used.</exception>
    public GlanceImageService(CloudConnectionSettings settings, IOperationLog? log = null)
    {
        IOperationLog heard = log ?? SilentLog.Instance;
        _connection = new CloudConnection(settings, heard);
        _client = _connection.CreateClient("image", "image service", 2, settings.ImageEndpoints);
        _listing = new GlanceListing(_client, heard);
        Content = new GlanceContent(_client);
        Imports = new GlanceImports(this, _client);
        Members = new GlanceMembers(_client);
        Locations = new GlanceLocations(this, _client);
        KeyManager = new KeyManagerCertificates(_connection.CreateClient("key-manager", "key manager", 1, settings.KeyManagerEndpoint is { } keys ? [keys] : []));
        CertificateDirectory = settings.CertificateDirectory;
    }

    /// <inheritdoc/>
    public string Kind => "glance";

    /// <inheritdoc/>
    public bool IsRemote => true;

    /// <inheritdoc/>
    public string Location => _client.Location;

    /// <inheritdoc/>
    public ServiceAccount Account => _connection.Account;

    /// <inheritdoc/>
    public string? CertificateDirectory { get; }

    /// <inheritdoc/>
    public ICertificateSource KeyManager { get; }

    /// <inheritdoc/>
    public IImageImports Imports { get; }

    /// <inheritdoc/>
    public IImageMembers Members { get; }

    /// <summary>Where the data of images are.</summary>
    public GlanceLocations Locations { get; }

    /// <summary>One caller at one cloud, for the other services of it.</summary>
    internal CloudConnection Connection => _connection;

    private GlanceContent Content { get; }

    /// <summary>Authenticates and asks the service for something small, so that what is wrong is known now.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A task that ends when the service has answered.</returns>
    /// <exception cref="NotAuthorizedException">The identity service or the image service does not let the caller in.</exception>
    /// <exception cref="ServiceUnavailableException">One of them cannot be reached.</exception>
    /// <exception cref="EndpointNotFoundException">The catalogue has no image service.</exception>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _connection.AuthenticateAsync(cancellationToken).ConfigureAwait(false);
        await AskAsync(ServiceRequest.Get("images?limit=1"), body => JsonDocument.Parse(body).RootElement.GetProperty("images").GetArrayLength(), "list images", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="NotAuthorizedException">The service does not let the caller in.</exception>
    /// <exception cref="ServiceUnavailableException">It cannot be reached, or its answers make no sense.</exception>
    public IAsyncEnumerable<ServiceImage> ListAsync(ImageFilter filter, CancellationToken cancellationToken) => _listing.ReadAsync(filter, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotAuthorizedException">The service does not let the caller in.</exception>
    /// <exception cref="ServiceUnavailableException">It cannot be reached, or its answer makes no sense.</exception>
    public Task<ServiceImage> GetAsync(string imageId, CancellationToken cancellationToken) =>
        ImageAsync(ServiceRequest.Get(PathOf(imageId)), imageId, "show", cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="InvalidImagePropertyException">A property has a name that is not free.</exception>
    /// <exception cref="ImageExistsException">There is an image of that id.</exception>
    /// <exception cref="RequestRefusedException">The service does not take a part of the definition.</exception>
    /// <exception cref="NotAuthorizedException">The caller may not make such an image.</exception>
    /// <exception cref="ImageLimitExceededException">A quota is reached.</exception>
    public async Task<ServiceImage> CreateAsync(NewServiceImage definition, CancellationToken cancellationToken)
    {
        ImageRules.RequireFreeNames(definition.Properties);

        // The id is ours, so that a request whose answer was lost makes no second image.
        string id = definition.ImageId ?? Guid.NewGuid().ToString("D");
        if (!ImageRules.TryNormalizeId(id, out _))
        {
            throw new InvalidImagePropertyException("id", id, "it is not a UUID.");
        }

        ServiceRequest request = ServiceRequest.Json(HttpMethod.Post, "images", GlanceJson.WriteNew(definition, id));
        try
        {
            return await _client.SendAsync(request, ReadImageAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e) when (e.Status == HttpStatusCode.Conflict)
        {
            return definition.ImageId is null ? await GetAsync(id, cancellationToken).ConfigureAwait(false) : throw new ImageExistsException(id, e);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, $"create image {definition.Name ?? id}");
        }
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenDataAsync(string imageId, CancellationToken cancellationToken) =>
        (await Content.OpenAsync(PathOf(imageId), imageId, 0, null, cancellationToken).ConfigureAwait(false)).Stream;

    /// <inheritdoc/>
    public Task<ImageData> OpenDataAsync(string imageId, long offset, long? length, CancellationToken cancellationToken) =>
        Content.OpenAsync(PathOf(imageId), imageId, offset, length, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="StoreNotFoundException">The service has no such store.</exception>
    /// <exception cref="StoreReadOnlyException">The store takes no images.</exception>
    /// <exception cref="ImageStatusConflictException">The image is not queued.</exception>
    /// <exception cref="ImageUploadFailedException">The line broke, or the data are not as many as were announced.</exception>
    /// <exception cref="ImageLimitExceededException">A quota or limit is reached.</exception>
    /// <exception cref="ImageUnacceptableException">The data are not what the image claims (newer Glance looks).</exception>
    public async Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken)
    {
        string path = PathOf(imageId);
        await this.ValidateStoreAsync(options.StoreId, cancellationToken).ConfigureAwait(false);
        if (options.BaseImageId is { } baseImage && !ImageRules.TryNormalizeId(baseImage, out _))
        {
            throw new InvalidImagePropertyException("base_image_ref", baseImage, "it is not a UUID.");
        }

        await Content.SendAsync(path + "/file", imageId, data, options, cancellationToken).ConfigureAwait(false);
        return await GetAsync(imageId, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="ImageProtectedException">The image is protected.</exception>
    /// <exception cref="ImageStatusConflictException">It is in use.</exception>
    /// <exception cref="NotAuthorizedException">The caller may not delete it.</exception>
    public async Task DeleteAsync(string imageId, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest { Method = HttpMethod.Delete, Path = PathOf(imageId) };
        try
        {
            await _client.SendAsync(request, _ => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            bool isProtected = e.Status == HttpStatusCode.Forbidden && (await GetAsync(imageId, cancellationToken).ConfigureAwait(false)).Protected;
            throw isProtected ? new ImageProtectedException(imageId, e) : GlanceErrors.Explain(e, imageId, "delete");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="RequestRefusedException">The service does not take a change.</exception>
    /// <exception cref="NotAuthorizedException">The caller may not change that.</exception>
    public async Task<ServiceImage> UpdateAsync(string imageId, ImageChanges changes, CancellationToken cancellationToken)
    {
        string path = PathOf(imageId);
        if (changes.IsEmpty)
        {
            return await GetAsync(imageId, cancellationToken).ConfigureAwait(false);
        }

        ImageRules.RequireFreeNames(changes.Properties);
        if (changes.RemoveProperties.Count > 0 || changes.ChangesFormat)
        {
            // Said as the local service says it; Glance's own words for both are 409 and 403.
            ImageRules.RequireChangeable(changes, await GetAsync(imageId, cancellationToken).ConfigureAwait(false));
        }

        ServiceRequest request = ServiceRequest.Json(HttpMethod.Patch, path, GlanceJson.WriteChanges(changes), GlanceJson.PatchType);
        return await ImageAsync(request, imageId, "change", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>A service with one nameless store (no multi-store) has none to show.</remarks>
    public async Task<IReadOnlyList<ImageStore>> ListStoresAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(ServiceRequest.Get("info/stores"), answer => ReadAsync(answer, body => ImageStoreJson.Read(body)), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            return e.Status == HttpStatusCode.NotFound ? [] : throw GlanceErrors.Explain(e, "list stores");
        }
    }

    /// <summary>Ends the connections and wipes the secrets; whatever is asked afterwards is refused.</summary>
    public void Dispose() => _connection.Dispose();

    /// <summary>The path of an image. Nothing but a UUID ever becomes part of it.</summary>
    internal static string PathOf(string imageId) =>
        ImageRules.TryNormalizeId(imageId, out string id) ? $"images/{id}" : throw new ImageNotFoundException(imageId);

    /// <summary>Reads JSON out of an answer.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static async Task<T> ReadAsync<T>(ServiceAnswer answer, Func<ReadOnlyMemory<byte>, T> read)
    {
        byte[] body = await answer.ReadAsync(LargestAnswer).ConfigureAwait(false);
        try
        {
            return read(body);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"its answer is not what the Image API says: {e.Message}", e);
        }
    }

    private static Task<ServiceImage> ReadImageAsync(ServiceAnswer answer) => ReadAsync(answer, body => ServiceImageJson.Read(body));

    private async Task<ServiceImage> ImageAsync(ServiceRequest request, string imageId, string action, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, ReadImageAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, imageId, action);
        }
    }

    private async Task<T> AskAsync<T>(ServiceRequest request, Func<ReadOnlyMemory<byte>, T> read, string subject, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, answer => ReadAsync(answer, read), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, subject);
        }
    }
}
