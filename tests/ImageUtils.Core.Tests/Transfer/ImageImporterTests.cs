using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services.Glance;
using ImageUtils.Transfer;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Transfer;

/// <summary>Imports at a service that offers them, or not, and at one that keeps other data than it got.</summary>
public sealed class ImageImporterTests : IDisposable
{
    private const string Id = PlayedCloud.ImageId;

    private readonly TransferWorld _world = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_the_service_keeps_is_held_against_what_was_sent()
    {
        await using PlayedCloud cloud = await StartAsync(Kept("data"u8.ToArray()));
        Assert.Equal("active", (await ImportAsync(cloud)).Status);
        Assert.Contains($"PUT /v2/images/{Id}/stage", cloud.Images.Log());
    }

    [Fact]
    public async Task As_many_bytes_that_are_others_are_an_error()
    {
        await using PlayedCloud cloud = await StartAsync(Kept("dada"u8.ToArray()));
        await Assert.ThrowsAsync<DigestMismatchException>(() => ImportAsync(cloud));
    }

    [Fact]
    public async Task What_the_service_converted_has_another_size_and_is_no_error()
    {
        await using PlayedCloud cloud = await StartAsync(Kept("data"u8.ToArray()));
        Assert.Equal(4, (await ImportAsync(cloud, "data of another length"u8.ToArray())).Size);
    }

    [Theory]
    [InlineData("\"web-download\"", "it offers web-download")]
    [InlineData("", "no import at all")]
    public async Task A_service_without_the_method_is_sent_nothing(string methods, string told)
    {
        await using PlayedCloud cloud = await StartAsync(string.Empty, methods);
        NotSupportedOperationException e = await Assert.ThrowsAsync<NotSupportedOperationException>(() => ImportAsync(cloud));
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        Assert.All(cloud.Images.Log(), request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_import_that_failed_is_told_in_the_words_of_its_task()
    {
        await using PlayedCloud cloud = await StartAsync(string.Empty);
        cloud.Images.On($"GET /v2/images/{Id}/tasks", Tasks(), Tasks("failure", "the disk of the store is full"));
        ImageUploadFailedException e = await Assert.ThrowsAsync<ImageUploadFailedException>(() => ImportAsync(cloud));
        Assert.Contains("the disk of the store is full", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"tasks\": [{\"id\": \"t\"}]}")]
    [InlineData("{\"tasks\": [{\"id\": \"t\", \"type\": \"x\", \"status\": \"success\", \"created_at\": \"yesterday\"}]}")]
    public async Task Tasks_that_make_no_sense_are_an_error(string answer)
    {
        await using PlayedCloud cloud = await StartAsync(string.Empty);
        cloud.Images.On($"GET /v2/images/{Id}/tasks", PlayedCloud.Json(answer));
        GlanceImageService service = cloud.ConnectOpen();
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => service.Imports.ListTasksAsync(Id, Token));
    }

    [Fact]
    public async Task An_address_with_a_password_is_not_handed_on()
    {
        await using PlayedCloud cloud = await StartAsync(string.Empty);
        ImageImporter importer = new(_world.Context, cloud.ConnectOpen());
        InvalidAddressException e = await Assert.ThrowsAsync<InvalidAddressException>(() => importer.ImportAsync(new ImageImportRequest { ImageId = Id, Address = "http://me:secret@host/x" }, Token));
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        Assert.Empty(cloud.Images.Log());
    }

    private static string Kept(byte[] data) => $", \"os_hash_algo\": \"sha512\", \"os_hash_value\": \"{TransferWorld.Sha512(data)}\"";

    private static RequestDelegate Tasks(string? status = null, string message = "") => PlayedCloud.Json(status is null
        ? "{\"tasks\": []}"
        : $$"""{"tasks": [{"id": "t", "type": "api_image_import", "status": "{{status}}", "message": "{{message}}", "created_at": "2026-01-02T03:04:05Z"}]}""");

    private static async Task<PlayedCloud> StartAsync(string kept, string methods = "\"glance-direct\"")
    {
        PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /v2/info/import", PlayedCloud.Json("{\"import-methods\": {\"value\": [" + methods + "]}}"));
        cloud.Images.On($"GET /v2/images/{Id}", PlayedCloud.Json(PlayedCloud.ImageJson(status: "queued")), PlayedCloud.Json(PlayedCloud.ImageJson(more: kept)));
        cloud.Images.On($"GET /v2/images/{Id}/tasks", Tasks(), Tasks("success"));
        cloud.Images.On($"POST /v2/images/{Id}/import", PlayedServer.Status(202));
        cloud.Images.On($"PUT /v2/images/{Id}/stage", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        return cloud;
    }

    private async Task<ServiceImage> ImportAsync(PlayedCloud cloud, byte[]? data = null)
    {
        string path = _world.OutFile("disk.raw");
        await File.WriteAllBytesAsync(path, data ?? "data"u8.ToArray(), Token);
        return await new ImageImporter(_world.Context, cloud.ConnectOpen()).ImportAsync(new ImageImportRequest { ImageId = Id, SourcePath = path }, Token);
    }
}
