using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>The projects with which images of the visibility <c>shared</c> are shared, and what they say of it.</summary>
public sealed class GlanceMembers
{
    private readonly ServiceClient _client;

    internal GlanceMembers(ServiceClient client) => _client = client;

    /// <summary>Lists the members of an image.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The members; to a member, only itself.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    public Task<IReadOnlyList<ImageMember>> ListAsync(string imageId, CancellationToken cancellationToken) => SendAsync(
        imageId,
        ServiceRequest.Get(PathOf(imageId)),
        body => (IReadOnlyList<ImageMember>)[.. JsonDocument.Parse(body).RootElement.GetProperty("members").EnumerateArray().Select(Read)],
        cancellationToken);

    /// <summary>Shares an image with a project.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The member, pending.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="NotAuthorizedException">The image is not the caller's, or not shared.</exception>
    /// <exception cref="ImageStatusConflictException">The project is a member already.</exception>
    public Task<ImageMember> AddAsync(string imageId, string projectId, CancellationToken cancellationToken) => SendAsync(
        imageId,
        ServiceRequest.Json(HttpMethod.Post, PathOf(imageId), GlanceJson.WriteText("member", projectId)),
        body => Read(JsonDocument.Parse(body).RootElement),
        cancellationToken);

    /// <summary>Says what a project makes of an image that is shared with it.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="status">accepted, rejected or pending.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The member as it is now.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image for the caller.</exception>
    public Task<ImageMember> AnswerAsync(string imageId, string projectId, string status, CancellationToken cancellationToken) => SendAsync(
        imageId,
        ServiceRequest.Json(HttpMethod.Put, $"{PathOf(imageId)}/{Uri.EscapeDataString(projectId)}", GlanceJson.WriteText("status", status)),
        body => Read(JsonDocument.Parse(body).RootElement),
        cancellationToken);

    /// <summary>Ends the sharing with a project.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends with the call.</returns>
    public Task RemoveAsync(string imageId, string projectId, CancellationToken cancellationToken) => SendAsync(
        imageId,
        new ServiceRequest { Method = HttpMethod.Delete, Path = $"{PathOf(imageId)}/{Uri.EscapeDataString(projectId)}" },
        _ => true,
        cancellationToken);

    private static string PathOf(string imageId) => GlanceImageService.PathOf(imageId) + "/members";

    private static ImageMember Read(JsonElement member) => new(
        member.GetProperty("image_id").GetString()!, member.GetProperty("member_id").GetString()!, member.GetProperty("status").GetString()!);

    private async Task<T> SendAsync<T>(string imageId, ServiceRequest request, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, answer => GlanceImageService.ReadAsync(answer, read), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, imageId, "see or change the members of");
        }
    }
}
