using System.Globalization;
using System.Text.Json;

namespace ImageUtils.Services.Identity;

/// <summary>The JSON of Keystone's Identity API v3: the request for a token, and its answer.</summary>
internal static class KeystoneJson
{
    private const string DefaultDomain = "default";

    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(1);

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 32 };

    /// <summary>Writes the request (<c>POST /v3/auth/tokens</c>). The bytes hold the secrets: the caller wipes them.</summary>
    public static byte[] WriteRequest(IdentitySettings identity)
    {
        using var buffer = new MemoryStream(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("auth");
            json.WriteStartObject("identity");
            string method = identity.Method switch
            {
                AuthenticationMethod.ApplicationCredential => "application_credential",
                AuthenticationMethod.Token => "token",
                _ => "password",
            };
            json.WriteStartArray("methods");
            json.WriteStringValue(method);
            json.WriteEndArray();
            json.WriteStartObject(method);
            WriteProof(json, identity);
            json.WriteEndObject();
            json.WriteEndObject();
            WriteScope(json, identity);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        byte[] request = buffer.ToArray();
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer.GetBuffer());
        return request;
    }

    /// <summary>Reads the answer.</summary>
    /// <param name="token">The token, out of the header.</param>
    /// <param name="body">The body.</param>
    /// <exception cref="JsonException">It is not what the Identity API says.</exception>
    public static IdentityToken ReadToken(string token, ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = JsonDocument.Parse(body, ReadOptions);
        JsonElement told = Object(document.RootElement, "token") ?? throw new JsonException("token is missing.");
        JsonElement? user = Object(told, "user");
        JsonElement? project = Object(told, "project");
        DateTime? expires = Time(told, "expires_at");
        return new IdentityToken(token)
        {
            UserId = Text(user, "id"),
            UserName = Text(user, "name"),
            ProjectId = Text(project, "id"),
            ProjectName = Text(project, "name"),
            ExpiresAt = expires,
            StaleTimestamp = StaleAt(expires, Time(told, "issued_at")),
            Catalog = new ServiceCatalog(ReadCatalog(told)),
        };
    }

    private static void WriteProof(Utf8JsonWriter json, IdentitySettings identity)
    {
        switch (identity.Method)
        {
            case AuthenticationMethod.Token:
                json.WriteString("id", identity.Token!.Reveal());
                break;
            case AuthenticationMethod.ApplicationCredential:
                if (identity.ApplicationCredentialId is { } id)
                {
                    json.WriteString("id", id);
                }
                else
                {
                    json.WriteString("name", identity.ApplicationCredentialName);
                    WriteUser(json, identity, password: null);
                }

                json.WriteString("secret", identity.ApplicationCredentialSecret!.Reveal());
                break;
            default:
                WriteUser(json, identity, identity.Password!.Reveal());
                break;
        }
    }

    private static void WriteUser(Utf8JsonWriter json, IdentitySettings identity, string? password)
    {
        json.WriteStartObject("user");
        if (identity.UserId is { } id)
        {
            json.WriteString("id", id);
        }
        else
        {
            json.WriteString("name", identity.UserName);
            WriteDomain(json, identity.UserDomainId, identity.UserDomainName);
        }

        if (password is not null)
        {
            json.WriteString("password", password);
        }

        json.WriteEndObject();
    }

    private static void WriteScope(Utf8JsonWriter json, IdentitySettings identity)
    {
        // An application credential has its project; Keystone refuses a scope beside it.
        if (identity.Method == AuthenticationMethod.ApplicationCredential || (identity.ProjectId ?? identity.ProjectName) is null)
        {
            return;
        }

        json.WriteStartObject("scope");
        json.WriteStartObject("project");
        if (identity.ProjectId is { } id)
        {
            json.WriteString("id", id);
        }
        else
        {
            json.WriteString("name", identity.ProjectName);
            WriteDomain(json, identity.ProjectDomainId, identity.ProjectDomainName);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteDomain(Utf8JsonWriter json, string? id, string? name)
    {
        json.WriteStartObject("domain");
        json.WriteString(id is null && name is not null ? "name" : "id", id ?? name ?? DefaultDomain);
        json.WriteEndObject();
    }

    private static List<CatalogEndpoint> ReadCatalog(JsonElement token)
    {
        var endpoints = new List<CatalogEndpoint>();
        foreach (JsonElement service in List(token, "catalog"))
        {
            foreach (JsonElement endpoint in List(service, "endpoints"))
            {
                if (Text(service, "type") is { } type && Text(endpoint, "interface") is { } side && Text(endpoint, "url") is { } address)
                {
                    endpoints.Add(new CatalogEndpoint(type, side, Text(endpoint, "region_id") ?? Text(endpoint, "region"), address));
                }
            }
        }

        return endpoints;
    }

    private static IEnumerable<JsonElement> List(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];

    private static JsonElement? Object(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object ? value : null;

    private static string? Text(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTime? Time(JsonElement element, string name) =>
        DateTime.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time) ? time : null;

    // How long it lives is said by one clock, theirs; how much of that is over is said by another one, ours.
    private static long? StaleAt(DateTime? expires, DateTime? issued)
    {
        TimeSpan? life = expires - issued;
        if (life is not { } known || known <= TimeSpan.Zero)
        {
            return null;
        }

        TimeSpan good = known > Ahead * 2 ? known - Ahead : known / 2;
        double ticks = good.TotalSeconds * System.Diagnostics.Stopwatch.Frequency;
        return ticks > long.MaxValue / 2 ? null : System.Diagnostics.Stopwatch.GetTimestamp() + (long)ticks;
    }
}
