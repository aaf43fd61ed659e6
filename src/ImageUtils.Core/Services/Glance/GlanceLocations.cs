using System.Net;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>Adds places in which the data of an image are already, where the service lets anybody do that.</summary>
public sealed class GlanceLocations
{
    private readonly GlanceImageService _service;
    private readonly ServiceClient _client;

    internal GlanceLocations(GlanceImageService service, ServiceClient client)
    {
        _service = service;
        _client = client;
    }

    /// <summary>Gives an image a place: by the newer call (Image API 2.17) where the service has it, else by a change of the list.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="address">The place, for example <c>rbd://…</c>.</param>
    /// <param name="storeId">The store it belongs to; null: the service finds out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The image as it is then; by the newer call it may still be queued.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="NotAuthorizedException">The service does not let the caller do that.</exception>
    /// <exception cref="ImageStatusConflictException">The image's status does not allow it.</exception>
    /// <exception cref="RequestRefusedException">The place is not taken.</exception>
    public async Task<ServiceImage> AddAsync(string imageId, string address, string? storeId, CancellationToken cancellationToken)
    {
        string path = GlanceImageService.PathOf(imageId);
        try
        {
            try
            {
                ServiceRequest request = ServiceRequest.Json(HttpMethod.Post, path + "/locations", GlanceJson.WriteNewLocation(address, storeId));
                await _client.SendAsync(request, _ => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
            }
            catch (ServiceStatusException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            {
                ServiceRequest request = ServiceRequest.Json(HttpMethod.Patch, path, GlanceJson.WriteLocation(address, storeId), GlanceJson.PatchType);
                await _client.SendAsync(request, _ => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, imageId, "add a location to");
        }

        return await _service.GetAsync(imageId, cancellationToken).ConfigureAwait(false);
    }
}
