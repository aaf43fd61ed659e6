using System.Net;
using System.Net.Http.Headers;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>The data of images: to here and to there.</summary>
internal sealed class GlanceContent
{
    private readonly ServiceClient _client;

    public GlanceContent(ServiceClient client) => _client = client;

    /// <summary>Opens data from a byte on, or from the beginning where the store knows no parts.</summary>
    /// <param name="path">The image's path.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many; null: all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ImageData> OpenAsync(string path, string imageId, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length ?? 1, nameof(length));
        ServiceRequest whole = ServiceRequest.Get(path + "/file");
        bool isPart = offset > 0 || length is not null;
        try
        {
            if (isPart)
            {
                string range = new RangeHeaderValue(offset, offset + length - 1).ToString();
                try
                {
                    return await OpenAsync(whole with { Headers = [("Range", range)] }, imageId, offset, cancellationToken).ConfigureAwait(false);
                }
                catch (ServiceStatusException e) when (e.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented)
                {
                    // A store that cannot begin in the middle: Glance answers 400.
                }
            }

            return await OpenAsync(whole, imageId, 0, cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw e.Status == HttpStatusCode.Conflict ? new ImageDownloadFailedException(imageId, e.Message, e) : GlanceErrors.Explain(e, imageId, "download");
        }
    }

    /// <summary>Sends data.</summary>
    /// <param name="path">Where they go.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="data">The data, from where the stream stands.</param>
    /// <param name="options">Store and base image.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public async Task SendAsync(string path, string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken)
    {
        var headers = new List<(string, string)>();
        if (options.StoreId is { } store)
        {
            headers.Add(("x-image-meta-store", store));
        }

        if (options.BaseImageId is { } baseImage)
        {
            headers.Add(("x-openstack-base-image-ref", baseImage));
        }

        var upload = new UploadBody(data, options.Size);
        var request = new ServiceRequest { Method = HttpMethod.Put, Path = path, Headers = headers, Upload = upload };
        try
        {
            await _client.SendAsync(request, _ => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, imageId, "upload");
        }
        catch (ServiceUnavailableException e) when (upload.BytesSent > 0)
        {
            throw new ImageUploadFailedException(imageId, e.Reason, e);
        }
        catch (IOException e)
        {
            // The source's own trouble.
            throw new ImageUploadFailedException(imageId, e.Message, e);
        }
    }

    private Task<ImageData> OpenAsync(ServiceRequest request, string imageId, long offset, CancellationToken cancellationToken) => _client.SendAsync(
        request,
        async answer =>
        {
            HttpContentHeaders headers = answer.Message.Content.Headers;
            if (answer.Message.StatusCode == HttpStatusCode.NoContent)
            {
                throw new ImageDownloadFailedException(imageId, "it has no data.");
            }

            ContentRangeHeaderValue? range = answer.Message.StatusCode == HttpStatusCode.PartialContent ? headers.ContentRange : null;
            if (range?.From is { } from && from != offset)
            {
                throw new ImageDownloadFailedException(imageId, FormattableString.Invariant($"byte {offset} was asked for, and the data begin with byte {from}."));
            }

            if (range?.From is null && answer.Message.StatusCode == HttpStatusCode.PartialContent)
            {
                throw new ImageDownloadFailedException(imageId, "a part came of which is not said where it belongs.");
            }

            Stream stream = await answer.Message.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return ImageData.Of(
                new IdleTimeoutStream(answer.Message, stream, _client.IdleTimeout),
                range?.From ?? 0,
                headers.ContentLength,
                range is null ? headers.ContentLength : range.Length,
                headers.TryGetValues("Content-MD5", out IEnumerable<string>? md5) ? md5.FirstOrDefault()?.Trim().ToLowerInvariant() : null);
        },
        cancellationToken,
        keepsAnswer: true);
}
