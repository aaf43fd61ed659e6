using System.Globalization;
using System.Net;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>Glance's interoperable import.</summary>
internal sealed class GlanceImports : IImageImports
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly GlanceImageService _service;
    private readonly ServiceClient _client;

    public GlanceImports(GlanceImageService service, ServiceClient client)
    {
        _service = service;
        _client = client;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListMethodsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(ServiceRequest.Get("info/import"), answer => GlanceImageService.ReadAsync(answer, ReadMethods), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            return e.Status == HttpStatusCode.NotFound ? [] : throw GlanceErrors.Explain(e, "list import methods");
        }
    }

    /// <inheritdoc/>
    public Task StageAsync(string imageId, Stream data, long? size, CancellationToken cancellationToken) =>
        new GlanceContent(_client).SendAsync(GlanceImageService.PathOf(imageId) + "/stage", imageId, data, new ImageUploadOptions { Size = size }, cancellationToken);

    /// <inheritdoc/>
    public async Task<ServiceImage> RunAsync(string imageId, ImageImport import, CancellationToken cancellationToken)
    {
        HashSet<string> before = [.. (await ListTasksAsync(imageId, cancellationToken).ConfigureAwait(false)).Select(task => task.TaskId)];
        ServiceRequest request = ServiceRequest.Json(HttpMethod.Post, GlanceImageService.PathOf(imageId) + "/import", GlanceJson.WriteImport(import)) with { IsRepeatable = false };
        try
        {
            await _client.SendAsync(request, _ => Task.FromResult(true), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, imageId, "import");
        }

        TimeSpan pause = FirstPause;
        bool hasBegun = false;
        while (true)
        {
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
            ImageTask? task = (await ListTasksAsync(imageId, cancellationToken).ConfigureAwait(false)).FirstOrDefault(known => !before.Contains(known.TaskId));
            ServiceImage image = await _service.GetAsync(imageId, cancellationToken).ConfigureAwait(false);
            if (task is { IsFailed: true } || image.Status is "killed" or "deleted" || (task is null && hasBegun && image.Status == ImageVocabulary.Queued))
            {
                throw new ImageUploadFailedException(imageId, task?.Message ?? $"the import failed, and its status is {image.Status}.");
            }

            hasBegun |= image.Status is "importing" or "uploading" or ImageVocabulary.Saving;
            if (image.Status == ImageVocabulary.Active && task is not { IsRunning: true })
            {
                return image;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ImageTask>> ListTasksAsync(string imageId, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(ServiceRequest.Get(GlanceImageService.PathOf(imageId) + "/tasks"), answer => GlanceImageService.ReadAsync(answer, body => ReadTasks(body, imageId)), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // Either there is no such image, which this says, or the service tells nothing of tasks.
            await _service.GetAsync(imageId, cancellationToken).ConfigureAwait(false);
            return [];
        }
        catch (ServiceStatusException e)
        {
            throw GlanceErrors.Explain(e, imageId, "list the tasks of");
        }
    }

    private static IReadOnlyList<string> ReadMethods(ReadOnlyMemory<byte> body) =>
        [.. JsonDocument.Parse(body).RootElement.GetProperty("import-methods").GetProperty("value").EnumerateArray().Select(method => method.GetString()!)];

    private static IReadOnlyList<ImageTask> ReadTasks(ReadOnlyMemory<byte> body, string imageId) =>
        [.. JsonDocument.Parse(body).RootElement.GetProperty("tasks").EnumerateArray().Select(task => ReadTask(task, imageId)).OrderByDescending(task => task.CreatedAt)];

    private static ImageTask ReadTask(JsonElement task, string imageId) => new()
    {
        TaskId = task.GetProperty("id").GetString()!,
        ImageId = imageId,
        Type = task.GetProperty("type").GetString()!,
        Status = task.GetProperty("status").GetString()!,
        Message = task.TryGetProperty("message", out JsonElement message) && message is { ValueKind: JsonValueKind.String } && message.GetString() is { Length: > 0 } text ? text : null,
        CreatedAt = Time(task.GetProperty("created_at").GetString()!),
        UpdatedAt = task.TryGetProperty("updated_at", out JsonElement updated) && updated.ValueKind == JsonValueKind.String ? Time(updated.GetString()!) : null,
    };

    private static DateTime Time(string text) =>
        DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime time)
            ? time
            : throw new JsonException($"'{text}' is no time.");
}
