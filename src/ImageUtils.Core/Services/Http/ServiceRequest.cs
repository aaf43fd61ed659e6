namespace ImageUtils.Services.Http;

/// <summary>One request to a service, which may be sent several times until it is answered.</summary>
internal sealed record ServiceRequest
{
    public required HttpMethod Method { get; init; }

    /// <summary>Path and query below the versioned root, without a leading slash: <c>images?limit=100</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Headers of this request alone.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Makes the body, anew for each time it is sent; null: there is none.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>A body of data from a stream, in place of <see cref="Body"/>; it can be sent again only as long as nobody has read from it.</summary>
    public UploadBody? Upload { get; init; }

    /// <summary>False: once it may have reached the server it is not sent again unless the server says that it did nothing.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>Asks for JSON.</summary>
    /// <param name="path">Path and query.</param>
    /// <returns>The request.</returns>
    public static ServiceRequest Get(string path) => new() { Method = HttpMethod.Get, Path = path };

    /// <summary>Sends JSON.</summary>
    /// <param name="method">POST, PUT or PATCH.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="json">The body.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <returns>The request.</returns>
    public static ServiceRequest Json(HttpMethod method, string path, byte[] json, string mediaType = "application/json") => new()
    {
        Method = method,
        Path = path,
        Body = () =>
        {
            var content = new ByteArrayContent(json);
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            return content;
        },
    };
}
