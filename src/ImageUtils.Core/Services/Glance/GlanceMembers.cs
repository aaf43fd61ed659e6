using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>The members of Glance's images.</summary>
internal sealed class GlanceMembers : IImageMembers
{
    private readonly ServiceClient _client;

    public GlanceMembers(ServiceClient client) => _client = client;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ImageMember>> ListAsync(string imageId, CancellationToken cancellationToken) => SendAsync(
        imageId,
        ServiceRequest.Get(PathOf(imageId)),
        body => (IReadOnlyList<ImageMember>)[.. JsonDocument.Parse(body).RootElement.GetProperty("members").EnumerateArray().Select(Read)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<ImageMember> AddAsync(string imageId, string projectId, CancellationToken cancellationToken) => SendAsync(
        imageId,
        ServiceRequest.Json(HttpMethod.Post, PathOf(imageId), GlanceJson.WriteText("member", projectId)),
        body => Read(JsonDocument.Parse(body).RootElement),
        cancellationToken);

    /// <inheritdoc/>
    public Task<ImageMember> AnswerAsync(string imageId, string projectId, string status, CancellationToken cancellationToken) => SendAsync(
        imageId,
        ServiceRequest.Json(HttpMethod.Put, $"{PathOf(imageId)}/{Uri.EscapeDataString(projectId)}", GlanceJson.WriteText("status", status)),
        body => Read(JsonDocument.Parse(body).RootElement),
        cancellationToken);

    /// <inheritdoc/>
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
