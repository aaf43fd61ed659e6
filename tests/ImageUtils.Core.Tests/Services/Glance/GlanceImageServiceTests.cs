using System.Text;
using System.Text.Json;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Services.Identity;
using Microsoft.AspNetCore.Http;

namespace ImageUtils.Core.Tests.Services.Glance;

/// <summary>Images over the Image API, with a server that also does what a good one would not.</summary>
public sealed class GlanceImageServiceTests
{
    private const string Id = PlayedCloud.ImageId;

    private static readonly string ImagePath = $"/v2/images/{Id}";

    private static CancellationToken Token => PlayedCloud.Token;

    [Fact]
    public async Task A_listing_goes_through_all_pages_with_its_filters()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string second = Guid.NewGuid().ToString();
        cloud.Images.On(
            "GET /v2/images",
            PlayedCloud.Json($$"""{"images": [{{PlayedCloud.ImageJson()}}], "next": "/v2/images?limit=100&marker={{Id}}"}"""),
            PlayedCloud.Json($$"""{"images": [{{PlayedCloud.ImageJson(second)}}]}"""));
        List<ServiceImage> images = await ListAsync(cloud.ConnectOpen(), new ImageFilter { Name = "one", Status = "active", DiskFormat = "raw", ContainerFormat = "bare" });
        Assert.Equal([Id, second], images.Select(image => image.ImageId));
        Assert.Equal(
            ["GET /v2/images?limit=100&sort=created_at:asc,id:asc&name=one&status=active&disk_format=raw&container_format=bare", $"GET /v2/images?limit=100&marker={Id}"],
            cloud.Images.Log());
    }

    [Fact]
    public async Task What_others_share_is_asked_for_by_visibility_and_answer()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await ListAsync(cloud.ConnectOpen(), new ImageFilter { Visibility = "shared", MemberStatus = "pending", Tags = ["a b", "c"] });
        Assert.EndsWith("&visibility=shared&member_status=pending&tag=a%20b&tag=c", cloud.Images.Log().Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_go_in_a_circle_are_an_error()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /v2/images", PlayedCloud.Json($$"""{"images": [{{PlayedCloud.ImageJson()}}], "next": "/v2/images?marker={{Id}}"}"""));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => ListAsync(cloud.ConnectOpen(), ImageFilter.All));
        Assert.Contains("circle", e.Reason, StringComparison.Ordinal);
        Assert.Equal(2, cloud.Images.Log().Length);
    }

    [Fact]
    public async Task The_next_page_is_asked_of_the_same_server_whatever_its_address_says()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await using PlayedServer other = await PlayedServer.StartAsync();
        cloud.Images.On(
            "GET /v2/images",
            PlayedCloud.Json($$"""{"images": [], "next": "{{other.Address}}/v2/images?marker=x"}"""),
            PlayedCloud.Json("""{"images": []}"""));
        Assert.Empty(await ListAsync(cloud.ConnectOpen(), ImageFilter.All));
        Assert.Empty(other.Log());
        Assert.Equal("GET /v2/images?marker=x", cloud.Images.Log()[1]);
    }

    [Fact]
    public async Task One_senseless_record_does_not_hide_the_others()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /v2/images", PlayedCloud.Json($$"""{"images": [{"id": 5}, {{PlayedCloud.ImageJson()}}]}"""));
        Assert.Equal(Id, Assert.Single(await ListAsync(cloud.ConnectOpen(), ImageFilter.All)).ImageId);
        Assert.Single(cloud.Log.Warnings);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"images\": 5}")]
    [InlineData("{\"images\": [], \"next\": 5}")]
    [InlineData("{\"images\": [], \"next\": \"/v2/images\"}")]
    [InlineData("<html>Welcome to nginx!</html>")]
    public async Task What_is_no_listing_is_an_error(string answer)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /v2/images", PlayedCloud.Json(answer));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => ListAsync(cloud.ConnectOpen(), ImageFilter.All));
    }

    [Fact]
    public async Task A_name_that_Glance_would_take_for_a_list_is_compared_here()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /v2/images", PlayedCloud.Json($$"""{"images": [{{PlayedCloud.ImageJson()}}]}"""));
        Assert.Empty(await ListAsync(cloud.ConnectOpen(), new ImageFilter { Name = "in:one,two" }));
        Assert.DoesNotContain("name=", cloud.Images.Log()[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\": 1}")]
    [InlineData("not json")]
    [InlineData("")]
    public async Task What_is_no_image_is_an_error(string answer)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(answer));
        var e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => cloud.ConnectOpen().GetAsync(Id, Token));
        Assert.Contains("Image API", e.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../admin")]
    [InlineData("")]
    [InlineData("3f1c1a52-6a0d-4a2e-9a5e-6d8a1b0c2d3e/file")]
    public async Task Nothing_but_a_UUID_becomes_part_of_a_path(string id)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        await Assert.ThrowsAsync<ImageNotFoundException>(() => cloud.ConnectOpen().GetAsync(id, Token));
        Assert.Empty(cloud.Images.Log());
    }

    [Theory]
    [InlineData(400, typeof(RequestRefusedException), "RequestRefused")]
    [InlineData(401, typeof(NotAuthorizedException), "NotAuthorized")]
    [InlineData(403, typeof(NotAuthorizedException), "NotAuthorized")]
    [InlineData(404, typeof(ImageNotFoundException), "ImageNotFound")]
    [InlineData(409, typeof(ImageStatusConflictException), "ImageStatusConflict")]
    [InlineData(410, typeof(ImageNotFoundException), "ImageNotFound")]
    [InlineData(413, typeof(ImageLimitExceededException), "ImageLimitExceeded")]
    [InlineData(415, typeof(ImageUnacceptableException), "ImageUnacceptable")]
    [InlineData(418, typeof(ServiceUnavailableException), "ServiceUnavailable")]
    [InlineData(500, typeof(ServiceUnavailableException), "ServiceUnavailable")]
    [InlineData(503, typeof(ServiceUnavailableException), "ServiceUnavailable")]
    public async Task A_refusal_becomes_a_typed_error_with_the_servers_text(int status, Type type, string errorId)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("PUT " + ImagePath + "/file", PlayedServer.Text(status, "<html><head><title>No</title></head><body><h1>No</h1>Because &quot;of&quot; that<br /></body></html>", "text/html", ("X-Openstack-Request-Id", "req-77")));
        Exception e = (await Record.ExceptionAsync(() => cloud.ConnectOpen().UploadAsync(Id, new MemoryStream([1, 2, 3]), ImageUploadOptions.Default, Token)))!;
        Assert.IsType(type, e);
        Assert.Equal(errorId, ((ImageUtilsException)e).ErrorId);
        Exception told = e is ImageNotFoundException ? e.InnerException! : e;
        Assert.Contains($"No Because \"of\" that (HTTP {status}, request req-77)", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_never_gets_a_servers_control_characters()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET " + ImagePath, PlayedServer.Text(400, "bad\u001b[2J\r\nthing" + new string('x', 5000), "text/plain"));
        var e = await Assert.ThrowsAsync<RequestRefusedException>(() => cloud.ConnectOpen().GetAsync(Id, Token));
        Assert.StartsWith("bad [2J thing", e.Reason, StringComparison.Ordinal);
        Assert.True(e.Reason.Length < 700 && !e.Reason.Any(char.IsControl));
    }

    [Fact]
    public async Task An_image_is_made_with_an_id_of_ours_so_that_a_lost_answer_makes_no_second_one()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string id = string.Empty;
        cloud.Images.On(
            "POST /v2/images",
            async context =>
            {
                id = (await JsonDocument.ParseAsync(context.Request.Body)).RootElement.GetProperty("id").GetString()!;
                cloud.Images.On($"GET /v2/images/{id}", PlayedCloud.Json(PlayedCloud.ImageJson(id, "queued")));
                context.Abort();
            },
            PlayedServer.Text(409, "Image ID already exists!", "text/plain"));
        ServiceImage made = await cloud.ConnectOpen().CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        Assert.Equal(id, made.ImageId);
        Assert.True(Guid.TryParseExact(id, "D", out _));
    }

    [Fact]
    public async Task An_id_that_is_taken_is_an_error()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("POST /v2/images", PlayedServer.Text(409, "exists", "text/plain"));
        await Assert.ThrowsAsync<ImageExistsException>(() => cloud.ConnectOpen().CreateAsync(new NewServiceImage { ImageId = Id, DiskFormat = "raw" }, Token));
    }

    [Fact]
    public async Task A_new_image_is_written_with_the_names_of_the_Image_API()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string body = string.Empty;
        cloud.Images.On("POST /v2/images", async context => await PlayedServer.Text(201, PlayedCloud.ImageJson(), "application/json")(await Keep(context, text => body = text)));
        await cloud.ConnectOpen().CreateAsync(
            new NewServiceImage { ImageId = Id, Name = "n", DiskFormat = "vpc", ContainerFormat = "ovf", MinDisk = 1, MinRam = 2, Protected = true, Tags = ["a", "a"], Properties = new Dictionary<string, string> { ["os_type"] = "linux" } },
            Token);
        Assert.Equal(
            $$"""{"id":"{{Id}}","name":"n","disk_format":"vhd","container_format":"ovf","min_disk":1,"min_ram":2,"visibility":"private","protected":true,"tags":["a"],"os_type":"linux"}""",
            body);
    }

    [Theory]
    [InlineData("os_glance_import_task")]
    [InlineData("status")]
    public async Task A_property_whose_name_is_not_free_is_refused_before_it_is_sent(string name)
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        GlanceImageService service = cloud.ConnectOpen();
        var properties = new Dictionary<string, string> { [name] = "1" };
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Properties = properties }, Token));
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => service.UpdateAsync(Id, new ImageChanges { Properties = properties }, Token));
        Assert.Empty(cloud.Images.Log());
    }

    [Fact]
    public async Task Changes_are_one_JSON_patch()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string body = string.Empty;
        string type = string.Empty;
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson(more: ", \"old\": \"1\"")));
        cloud.Images.On("PATCH " + ImagePath, async context =>
        {
            type = context.Request.ContentType!;
            await PlayedCloud.Json(PlayedCloud.ImageJson())(await Keep(context, text => body = text));
        });
        await cloud.ConnectOpen().UpdateAsync(
            Id,
            new ImageChanges { Name = "n", MinDisk = 3, Protected = false, Tags = [], Properties = new Dictionary<string, string> { ["a/b~c"] = "x" }, RemoveProperties = ["old"] },
            Token);
        Assert.Equal("application/openstack-images-v2.1-json-patch", type);
        Assert.Equal(
            """[{"op":"replace","path":"/name","value":"n"},{"op":"replace","path":"/min_disk","value":3},{"op":"replace","path":"/protected","value":false},{"op":"replace","path":"/tags","value":[]},{"op":"add","path":"/a~1b~0c","value":"x"},{"op":"remove","path":"/old"}]""",
            body);
    }

    [Fact]
    public async Task What_the_state_of_an_image_forbids_is_said_as_the_local_service_says_it()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        GlanceImageService service = cloud.ConnectOpen();
        await Assert.ThrowsAsync<ImageStatusConflictException>(() => service.UpdateAsync(Id, new ImageChanges { DiskFormat = "qcow2" }, Token));
        await Assert.ThrowsAsync<InvalidImagePropertyException>(() => service.UpdateAsync(Id, new ImageChanges { RemoveProperties = ["none"] }, Token));
    }

    [Fact]
    public async Task A_protected_image_says_why_it_stays()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("DELETE " + ImagePath, PlayedServer.Text(403, "Image is protected and cannot be deleted.", "text/plain"));
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson().Replace("\"protected\": false", "\"protected\": true", StringComparison.Ordinal)), PlayedCloud.Json(PlayedCloud.ImageJson()));
        GlanceImageService service = cloud.ConnectOpen();
        await Assert.ThrowsAsync<ImageProtectedException>(() => service.DeleteAsync(Id, Token));
        await Assert.ThrowsAsync<NotAuthorizedException>(() => service.DeleteAsync(Id, Token));
    }

    [Fact]
    public async Task A_service_without_stores_has_none()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        GlanceImageService service = cloud.ConnectOpen();
        Assert.Empty(await service.ListStoresAsync(Token));
        await Assert.ThrowsAsync<StoreNotFoundException>(() => service.UploadAsync(Id, new MemoryStream(), new ImageUploadOptions { StoreId = "fast" }, Token));
    }

    [Fact]
    public async Task A_read_only_store_takes_nothing()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("GET /v2/info/stores", PlayedCloud.Json("""{"stores": [{"id": "fast", "default": "true"}, {"id": "web", "read-only": "true"}]}"""));
        await Assert.ThrowsAsync<StoreReadOnlyException>(() => cloud.ConnectOpen().UploadAsync(Id, new MemoryStream([1]), new ImageUploadOptions { StoreId = "web" }, Token));
        Assert.Equal(["GET /v2/info/stores"], cloud.Images.Log());
    }

    [Fact]
    public async Task An_upload_names_store_and_base_image_in_headers_as_cinder_does()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string body = string.Empty;
        cloud.Images.On("GET /v2/info/stores", PlayedCloud.Json("""{"stores": [{"id": "fast"}]}"""));
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        cloud.Images.On("PUT " + ImagePath + "/file", async context => await PlayedServer.Status(204)(await Keep(context, text => body = text)));
        string origin = Guid.NewGuid().ToString();
        await cloud.ConnectOpen().UploadAsync(Id, new MemoryStream("data"u8.ToArray()), new ImageUploadOptions { StoreId = "fast", BaseImageId = origin, Size = 4 }, Token);
        Dictionary<string, string> headers = cloud.Images.Headers.ElementAt(1);
        Assert.Equal("fast", headers["x-image-meta-store"]);
        Assert.Equal(origin, headers["x-openstack-base-image-ref"]);
        Assert.Equal("4", headers["Content-Length"]);
        Assert.Equal("application/octet-stream", headers["Content-Type"]);
        Assert.Equal("data", body);
    }

    [Fact]
    public async Task An_upload_whose_token_ran_out_begins_anew_before_any_byte_was_sent()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        string body = string.Empty;
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        cloud.Images.On("PUT " + ImagePath + "/file", PlayedServer.Status(401), async context => await PlayedServer.Status(204)(await Keep(context, text => body = text)));
        var data = new OnceStream("once only"u8.ToArray());
        await cloud.Connect().UploadAsync(Id, data, ImageUploadOptions.Default, Token);
        Assert.Equal("once only", body);
        Assert.Equal(2, cloud.Identity.Log().Length);
    }

    [Fact]
    public async Task An_upload_that_was_refused_after_its_data_is_sent_again_where_they_can_be_wound_back()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        var bodies = new List<string>();
        cloud.Images.On("GET " + ImagePath, PlayedCloud.Json(PlayedCloud.ImageJson()));
        cloud.Images.On(
            "PUT " + ImagePath + "/file",
            async context => await PlayedServer.Status(401)(await Keep(context, bodies.Add)),
            async context => await PlayedServer.Status(204)(await Keep(context, bodies.Add)));
        await cloud.Connect().UploadAsync(Id, new MemoryStream("again"u8.ToArray()), ImageUploadOptions.Default, Token);
        Assert.Equal(["again", "again"], bodies);
        await Assert.ThrowsAsync<NotAuthorizedException>(async () =>
        {
            cloud.Images.On("PUT " + ImagePath + "/file", async context => await PlayedServer.Status(401)(await Keep(context, bodies.Add)));
            await cloud.Connect().UploadAsync(Id, new OnceStream("once"u8.ToArray()), ImageUploadOptions.Default, Token);
        });
    }

    [Fact]
    public async Task A_line_that_breaks_during_an_upload_is_not_tried_again_behind_the_callers_back()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("PUT " + ImagePath + "/file", async context =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[1 << 20]);
            context.Abort();
        });
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => cloud.ConnectOpen().UploadAsync(Id, new MemoryStream(new byte[8 << 20]), new ImageUploadOptions { Size = 8 << 20 }, Token));
        Assert.Single(cloud.Images.Log());
    }

    [Fact]
    public async Task Trouble_of_the_source_is_told_as_it_is()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("PUT " + ImagePath + "/file", async context => await context.Request.Body.CopyToAsync(Stream.Null));
        var broken = new OnceStream(new byte[1 << 20], () => new IOException("the disk is on fire"));
        var e = await Assert.ThrowsAsync<ImageUploadFailedException>(() => cloud.ConnectOpen().UploadAsync(Id, broken, ImageUploadOptions.Default, Token));
        Assert.Equal("the disk is on fire", e.Reason);
        var own = new OnceStream(new byte[1 << 20], () => new NoSpaceException("/there"));
        await Assert.ThrowsAsync<NoSpaceException>(() => cloud.ConnectOpen().UploadAsync(Id, own, ImageUploadOptions.Default, Token));
    }

    [Fact]
    public async Task Fewer_data_than_announced_are_a_failed_upload()
    {
        await using PlayedCloud cloud = await PlayedCloud.StartAsync();
        cloud.Images.On("PUT " + ImagePath + "/file", async context => await context.Request.Body.CopyToAsync(Stream.Null));
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => cloud.ConnectOpen().UploadAsync(Id, new MemoryStream(new byte[10]), new ImageUploadOptions { Size = 20 }, Token));
    }

    private static async Task<List<ServiceImage>> ListAsync(GlanceImageService service, ImageFilter filter)
    {
        var images = new List<ServiceImage>();
        await foreach (ServiceImage image in service.ListAsync(filter, Token))
        {
            images.Add(image);
        }

        return images;
    }

    private static async Task<HttpContext> Keep(HttpContext context, Action<string> keep)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        keep(await reader.ReadToEndAsync());
        return context;
    }
}
