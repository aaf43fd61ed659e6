using System.Net;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.KeyManager;

/// <summary>The certificates of an OpenStack key manager (Barbican, Key Manager API v1).</summary>
internal sealed class KeyManagerCertificates : ICertificateSource
{
    private const int LargestRecord = 64 * 1024;

    // What users upload by hand is often opaque. Keys and passphrases are never fetched, whatever id an image names.
    private static readonly string[] Kinds = ["certificate", "opaque"];

    private readonly ServiceClient _client;

    public KeyManagerCertificates(ServiceClient client) => _client = client;

    public string Description => $"the key manager {_client.Location}";

    public async Task<ReadOnlyMemory<byte>?> FindAsync(string certificateId, CancellationToken cancellationToken)
    {
        try
        {
            string path = $"secrets/{certificateId}";

            // The payload is given to those only who ask for it by the very media type that it was stored with.
            if (await GetAsync(path, "application/json", LargestRecord, ReadMediaType, cancellationToken).ConfigureAwait(false) is not { } mediaType)
            {
                return null;
            }

            return await GetAsync(path + "/payload", mediaType, ICertificateSource.LargestCertificate, body => body, cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            return e.Status is HttpStatusCode.NotFound or HttpStatusCode.Gone ? null : throw Explain(e, certificateId);
        }
        catch (EndpointNotFoundException e) when (e.RecommendedAction is null)
        {
            throw new EndpointNotFoundException(e.ServiceType, e.Reason, e)
            {
                RecommendedAction = "Name the key manager yourself with -KeyManagerEndpoint, or a folder of certificates with -CertificateDirectory.",
            };
        }
    }

    private Task<T> GetAsync<T>(string path, string accept, int limit, Func<byte[], T> read, CancellationToken cancellationToken) => _client.SendAsync(
        ServiceRequest.Get(path) with { Headers = [("Accept", accept)] },
        async answer => read(await answer.ReadAsync(limit).ConfigureAwait(false)),
        cancellationToken);

    private static string? ReadMediaType(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            JsonElement secret = document.RootElement;
            bool isCertificate = Kinds.Contains(secret.GetProperty("secret_type").GetString(), StringComparer.Ordinal);
            string? mediaType = isCertificate && secret.TryGetProperty("content_types", out JsonElement types) && types.ValueKind == JsonValueKind.Object
                ? types.GetProperty("default").GetString()
                : null;
            return mediaType is null || (mediaType.Length is > 0 and < 100 && mediaType.All(letter => letter is > ' ' and < '\x7f'))
                ? mediaType
                : throw new InvalidDataException("it names no media type that could be asked for.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"its answer is not what the Key Manager API says: {e.Message}", e);
        }
    }

    private static ImageUtilsException Explain(ServiceStatusException refusal, string certificateId) =>
        refusal.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            ? new NotAuthorizedException($"read certificate {certificateId}", refusal.Message, refusal)
            : new ServiceUnavailableException("key manager", refusal.Endpoint.OriginalString, refusal.Message, refusal);
}
