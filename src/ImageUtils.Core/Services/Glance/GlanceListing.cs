using System.Runtime.CompilerServices;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>The listing of images, page after page.</summary>
internal sealed class GlanceListing
{
    private const int PageSize = 100;
    private const int MostPages = 100_000;

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly ServiceClient _client;
    private readonly IOperationLog _log;

    public GlanceListing(ServiceClient client, IOperationLog log)
    {
        _client = client;
        _log = log;
    }

    /// <summary>Lists images, oldest first; one whose record makes no sense is skipped with a warning.</summary>
    /// <exception cref="ServiceUnavailableException">The pages make no sense.</exception>
    /// <exception cref="NotAuthorizedException">The service does not let the caller in.</exception>
    public async IAsyncEnumerable<ServiceImage> ReadAsync(ImageFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var markers = new HashSet<string>(StringComparer.Ordinal);
        string? query = QueryOf(filter);
        while (query is not null)
        {
            (List<ServiceImage> images, string? next) = await ReadPageAsync("images?" + query, cancellationToken).ConfigureAwait(false);
            foreach (ServiceImage image in images.Where(filter.Matches))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return image;
            }

            // A page that was seen already, or one without an end, would be read for ever.
            if (next is not null && (!markers.Add(next) || markers.Count > MostPages))
            {
                throw new ServiceUnavailableException(_client.Location, "the pages of its listing go in a circle.");
            }

            query = next;
        }
    }

    private static string QueryOf(ImageFilter filter)
    {
        var query = new List<string> { FormattableString.Invariant($"limit={PageSize}"), "sort=created_at:asc,id:asc" };
        Add("name", filter.Name);
        Add("status", filter.Status);
        Add("disk_format", filter.DiskFormat);
        Add("container_format", filter.ContainerFormat);
        Add("visibility", filter.Visibility);
        Add("member_status", filter.MemberStatus);
        foreach (string tag in filter.Tags)
        {
            Add("tag", tag);
        }

        return string.Join('&', query);

        void Add(string name, string? value)
        {
            // Glance takes "in:a,b" for a list of values; such a name is left to our own comparison.
            if (value is not null && !value.StartsWith("in:", StringComparison.Ordinal))
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }
    }

    private async Task<(List<ServiceImage> Images, string? Next)> ReadPageAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(ServiceRequest.Get(path), async answer => Read(await answer.ReadAsync(GlanceImageService.LargestAnswer).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, "list images");
        }
    }

    private (List<ServiceImage> Images, string? Next) Read(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, ReadOptions);
            JsonElement page = document.RootElement;
            if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("images", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
            {
                throw new JsonException("images is missing.");
            }

            var images = new List<ServiceImage>();
            foreach (JsonElement image in list.EnumerateArray())
            {
                Add(images, image);
            }

            return (images, NextOf(page));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"its listing is not what the Image API says: {e.Message}", e);
        }
    }

    private void Add(List<ServiceImage> images, JsonElement image)
    {
        try
        {
            images.Add(ServiceImageJson.Read(image));
        }
        catch (JsonException e)
        {
            _log.Warning($"{_client.Location}: an image of the listing is left out, because its record makes no sense: {e.Message}");
        }
    }

    // Only the query is taken of the address of the next page: host and path are ours already, whatever proxy stands between.
    private static string? NextOf(JsonElement page)
    {
        if (!page.TryGetProperty("next", out JsonElement next) || next.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        string? text = next.ValueKind == JsonValueKind.String ? next.GetString() : throw new JsonException("next is not a text.");
        int query = text!.IndexOf('?', StringComparison.Ordinal);
        return query >= 0 && text.Length < 4096 ? text[(query + 1)..] : throw new JsonException("next is not the address of a page.");
    }
}
