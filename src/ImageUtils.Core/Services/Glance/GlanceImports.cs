using System.Globalization;
using System.Net;
using System.Text.Json;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>Glance's interoperable import: data are staged or fetched by the service, which then does with them what its operator wants.</summary>
public sealed class GlanceImports
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly GlanceImageService _service;
    private readonly ServiceClient _client;

    internal GlanceImports(GlanceImageService service, ServiceClient client)
    {
        _service = service;
        _client = client;
    }

    /// <summary>The methods that the service offers.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Names such as glance-direct; empty: it has no import.</returns>
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

    /// <summary>Stages data and has them imported (glance-direct).</summary>
    /// <param name="imageId">The queued image.</param>
    /// <param name="data">The data.</param>
    /// <param name="options">Store, and the number of bytes.</param>
    /// <param name="cancellationToken">Ends it; the service goes on with what it has begun.</param>
    /// <returns>The image, active.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="ImageStatusConflictException">It is not queued.</exception>
    /// <exception cref="ImageUploadFailedException">The line broke, or the import failed.</exception>
    public async Task<ServiceImage> UploadAsync(string imageId, Stream data, ImageUploadOptions options, CancellationToken cancellationToken)
    {
        await _service.ValidateStoreAsync(options.StoreId, cancellationToken).ConfigureAwait(false);
        await new GlanceContent(_client).SendAsync(GlanceImageService.PathOf(imageId) + "/stage", imageId, data, options with { StoreId = null }, cancellationToken).ConfigureAwait(false);
        return await RunAsync(imageId, new ImageImport { Method = ImageImport.GlanceDirect, StoreIds = options.StoreId is { } store ? [store] : [] }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has an image imported, and waits for the end.</summary>
    /// <param name="imageId">The image: queued for web-download, staged for glance-direct.</param>
    /// <param name="import">How.</param>
    /// <param name="cancellationToken">Ends the wait; the service goes on with what it has begun.</param>
    /// <returns>The image, active.</returns>
    /// <exception cref="ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="ImageStatusConflictException">Its status does not allow it.</exception>
    /// <exception cref="RequestRefusedException">The service does not take the method, the address or the store.</exception>
    /// <exception cref="ImageUploadFailedException">The import failed.</exception>
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
                throw new ImageUploadFailedException(imageId, task is { Message.Length: > 0 } ? task.Message : $"the import failed, and its status is {image.Status}.");
            }

            hasBegun |= image.Status is "importing" or "uploading" or ImageVocabulary.Saving;
            if (image.Status == ImageVocabulary.Active && task is not { IsRunning: true })
            {
                return image;
            }
        }
    }

    /// <summary>What the service does and did with an image on its own time, newest first.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The tasks; empty where the service (before Image API 2.12) does not tell.</returns>
    public async Task<IReadOnlyList<ImageTask>> ListTasksAsync(string imageId, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(ServiceRequest.Get(GlanceImageService.PathOf(imageId) + "/tasks"), answer => GlanceImageService.ReadAsync(answer, ReadTasks), cancellationToken).ConfigureAwait(false);
        }
        catch (ServiceStatusException e)
        {
            return e.Status == HttpStatusCode.NotFound ? [] : throw GlanceErrors.Explain(e, imageId, "list the tasks of");
        }
    }

    private static IReadOnlyList<string> ReadMethods(ReadOnlyMemory<byte> body) =>
        [.. JsonDocument.Parse(body).RootElement.GetProperty("import-methods").GetProperty("value").EnumerateArray().Select(method => method.GetString()!)];

    private static IReadOnlyList<ImageTask> ReadTasks(ReadOnlyMemory<byte> body) =>
        [.. JsonDocument.Parse(body).RootElement.GetProperty("tasks").EnumerateArray().Select(ReadTask).OrderByDescending(task => task.CreatedAt)];

    private static ImageTask ReadTask(JsonElement task) => new(
        task.GetProperty("id").GetString()!,
        task.GetProperty("type").GetString()!,
        task.GetProperty("status").GetString()!,
        task.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String ? message.GetString()! : string.Empty,
        DateTime.Parse(task.GetProperty("created_at").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal));
}
