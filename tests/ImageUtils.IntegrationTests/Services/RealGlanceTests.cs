using System.Security.Cryptography;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Glance;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>The client against a real Glance with two stores and a real Keystone.</summary>
public sealed class RealGlanceTests(OpenStackServices openStack)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_lives_from_its_record_to_its_deletion()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        string name = Guid.NewGuid().ToString();
        var wish = new NewServiceImage { Name = name, DiskFormat = "raw", MinDisk = 1, MinRam = 2, Tags = ["a"], Properties = new Dictionary<string, string> { ["os_type"] = "linux" } };
        ServiceImage made = await service.CreateAsync(wish, Token);
        Assert.Equal(("queued", "raw", "bare", 1, 2, "private"), (made.Status, made.DiskFormat, made.ContainerFormat, made.MinDisk, made.MinRam, made.Visibility));

        byte[] data = RandomNumberGenerator.GetBytes(3_000_000);
        ServiceImage full = await service.UploadAsync(made.ImageId, new MemoryStream(data), new ImageUploadOptions { Size = data.Length, StoreId = "cheap" }, Token);
        Assert.Equal(("active", data.Length), (full.Status, full.Size));
        Assert.Equal(["cheap"], full.Stores);
        Assert.Equal("sha512", full.OsHashAlgo);
        Assert.Equal(Convert.ToHexStringLower(SHA512.HashData(data)), full.OsHashValue);
        Assert.Equal("cheap", Assert.Single(full.Locations).StoreId);

        ServiceImage changed = await service.UpdateAsync(
            made.ImageId,
            new ImageChanges { Name = name + "2", MinDisk = 3, Tags = ["b", "c"], Properties = new Dictionary<string, string> { ["a~b"] = "ü" }, RemoveProperties = ["os_type"] },
            Token);
        Assert.Equal((name + "2", 3, "ü"), (changed.Name, changed.MinDisk, changed.Properties["a~b"]));
        Assert.Equal(["b", "c"], changed.Tags.Order());
        Assert.DoesNotContain("os_type", changed.Properties.Keys);

        await using Stream all = await service.OpenDataAsync(made.ImageId, Token);
        Assert.Equal(data, await BytesAsync(all));
        Assert.Equal(made.ImageId, Assert.Single(await ListAsync(service, new ImageFilter { Name = name + "2", Status = "active", DiskFormat = "raw" })).ImageId);

        await service.DeleteAsync(made.ImageId, Token);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => service.GetAsync(made.ImageId, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => service.DeleteAsync(made.ImageId, Token));
    }

    [Fact]
    public async Task Parts_of_the_data_come_where_they_belong()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        byte[] data = RandomNumberGenerator.GetBytes(100_000);
        ServiceImage image = await AddAsync(service, data);
        await using ImageData part = await service.OpenDataAsync(image.ImageId, 70_000, 1000, Token);
        Assert.Equal((70_000, data.Length), (part.Offset, part.TotalSize));
        Assert.Equal(data[70_000..71_000], await BytesAsync(part.Stream));
        await using ImageData rest = await service.OpenDataAsync(image.ImageId, 99_990, null, Token);
        Assert.Equal(data[99_990..], await BytesAsync(rest.Stream));
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => service.OpenDataAsync(image.ImageId, 100_000, null, Token));
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task The_stores_are_those_of_the_service()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        IReadOnlyList<ImageStore> stores = await service.ListStoresAsync(Token);
        Assert.Equal(["fast", "cheap"], stores.Select(store => store.StoreId));
        Assert.True(stores[0].IsDefault);
        ServiceImage image = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<StoreNotFoundException>(() => service.UploadAsync(image.ImageId, new MemoryStream([1]), new ImageUploadOptions { StoreId = "none" }, Token));
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_in_its_own_words()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        using GlanceImageService other = await openStack.ConnectAsync("other");
        ServiceImage image = await AddAsync(service, [1, 2, 3]);
        string id = image.ImageId;
        var conflict = await Assert.ThrowsAsync<ImageStatusConflictException>(() => service.UploadAsync(id, new MemoryStream([1]), ImageUploadOptions.Default, Token));
        Assert.Contains("active", conflict.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => service.CreateAsync(new NewServiceImage { DiskFormat = "pizza" }, Token));
        Assert.Contains("pizza", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("req-", refused.Reason, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotAuthorizedException>(() => service.CreateAsync(new NewServiceImage { DiskFormat = "raw", Visibility = "public" }, Token));
        await Assert.ThrowsAsync<ImageExistsException>(() => service.CreateAsync(new NewServiceImage { ImageId = id, DiskFormat = "raw" }, Token));
        await Assert.ThrowsAsync<ImageNotFoundException>(() => other.GetAsync(id, Token));
        await Assert.ThrowsAsync<ImageStatusConflictException>(() => service.UpdateAsync(id, new ImageChanges { DiskFormat = "qcow2" }, Token));
        await service.UpdateAsync(id, new ImageChanges { Protected = true }, Token);
        await Assert.ThrowsAsync<ImageProtectedException>(() => service.DeleteAsync(id, Token));
        await service.UpdateAsync(id, new ImageChanges { Protected = false }, Token);
        await service.DeleteAsync(id, Token);
    }

    [Fact]
    public async Task An_image_without_data_cannot_be_downloaded()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        ServiceImage image = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<ImageDownloadFailedException>(() => service.OpenDataAsync(image.ImageId, Token));
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task A_broken_upload_leaves_the_image_queued_and_ready_for_another()
    {
        using GlanceImageService service = await openStack.ConnectAsync();
        ServiceImage image = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => service.UploadAsync(image.ImageId, new MemoryStream(new byte[1_000_000]), new ImageUploadOptions { Size = 2_000_000 }, Token));
        ServiceImage after = image;
        for (int i = 0; i < 600; i++)
        {
            after = await service.GetAsync(image.ImageId, Token);
            if (after.Status == "queued")
            {
                break;
            }

            await Task.Delay(100, Token);
        }

        Assert.Equal("queued", after.Status);
        Assert.Equal("active", (await service.UploadAsync(image.ImageId, new MemoryStream([1, 2]), ImageUploadOptions.Default, Token)).Status);
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task More_images_than_a_page_are_all_listed_oldest_first()
    {
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        string name = Guid.NewGuid().ToString();
        for (int i = 0; i < 105; i++)
        {
            await service.CreateAsync(new NewServiceImage { Name = name, DiskFormat = "raw" }, Token);
        }

        List<ServiceImage> images = await ListAsync(service, new ImageFilter { Name = name });
        Assert.Equal(105, images.Select(image => image.ImageId).Distinct().Count());
        Assert.Equal(images.Select(image => image.CreatedAt).Order(), images.Select(image => image.CreatedAt));
        foreach (ServiceImage image in images)
        {
            await service.DeleteAsync(image.ImageId, Token);
        }
    }

    [Fact]
    public async Task A_shared_image_stands_in_the_listing_of_who_accepted_it()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService mine = await openStack.ConnectAsync();
        using GlanceImageService theirs = await openStack.ConnectAsync("other");
        string member = state.Accounts["other"].ProjectId;
        ServiceImage image = await mine.CreateAsync(new NewServiceImage { Name = Guid.NewGuid().ToString(), DiskFormat = "raw", Visibility = "shared" }, Token);
        Assert.Equal("pending", (await mine.Members.AddAsync(image.ImageId, member, Token)).Status);
        Assert.Empty(await ListAsync(theirs, new ImageFilter { Name = image.Name }));
        Assert.Equal(image.ImageId, (await theirs.GetAsync(image.ImageId, Token)).ImageId);
        Assert.Equal("accepted", (await theirs.Members.AnswerAsync(image.ImageId, member, "accepted", Token)).Status);
        Assert.Equal(image.ImageId, Assert.Single(await ListAsync(theirs, new ImageFilter { Name = image.Name })).ImageId);
        Assert.Equal(member, Assert.Single(await mine.Members.ListAsync(image.ImageId, Token)).MemberId);
        await Assert.ThrowsAsync<ImageStatusConflictException>(() => mine.Members.AddAsync(image.ImageId, member, Token));
        await mine.Members.RemoveAsync(image.ImageId, member, Token);
        await Assert.ThrowsAsync<ImageNotFoundException>(() => theirs.GetAsync(image.ImageId, Token));
        await mine.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task Data_come_in_by_the_interoperable_import()
    {
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        Assert.Equal(["glance-direct", "web-download"], (await service.Imports.ListMethodsAsync(Token)).Order());
        byte[] data = RandomNumberGenerator.GetBytes(200_000);
        ServiceImage staged = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        await service.Imports.StageAsync(staged.ImageId, new MemoryStream(data), data.Length, Token);
        ServiceImage full = await service.Imports.RunAsync(staged.ImageId, new ImageImport { Method = ImageImport.GlanceDirect, StoreIds = ["cheap"] }, Token);
        Assert.Equal(("active", data.Length, "cheap"), (full.Status, full.Size, Assert.Single(full.Stores)));
        Assert.Contains(await service.Imports.ListTasksAsync(staged.ImageId, Token), task => task is { Type: "api_image_import", Status: "success" });

        ServiceImage copied = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        var source = new Uri($"{(await openStack.RequireAsync()).OpenImage}/v2/images/{staged.ImageId}/file");
        ServiceImage copy = await service.Imports.RunAsync(copied.ImageId, new ImageImport { Method = ImageImport.WebDownload, Source = source }, Token);
        Assert.Equal(full.OsHashValue, copy.OsHashValue);
        await service.DeleteAsync(staged.ImageId, Token);
        await service.DeleteAsync(copied.ImageId, Token);
    }

    [Fact]
    public async Task An_import_that_fails_says_why()
    {
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        ServiceImage image = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        var nowhere = new Uri((await openStack.RequireAsync()).OpenImage + "/v2/images/none/file");
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => service.Imports.RunAsync(image.ImageId, new ImageImport { Method = ImageImport.WebDownload, Source = nowhere }, Token));
        await Assert.ThrowsAsync<RequestRefusedException>(() => service.Imports.RunAsync(image.ImageId, new ImageImport { Method = "pigeon" }, Token));
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task A_location_that_the_service_does_not_take_is_refused_with_its_words()
    {
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        ServiceImage image = await service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        Exception e = (await Record.ExceptionAsync(() => service.Locations.AddAsync(image.ImageId, "file:///etc/passwd", null, Token)))!;
        Assert.True(e is RequestRefusedException or NotAuthorizedException, e.ToString());
        await service.DeleteAsync(image.ImageId, Token);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_passed_over()
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectAsync(change: settings => settings with
        {
            ImageEndpoints = [new Uri("http://127.0.0.1:1/v2"), new Uri(state.Image), new Uri("http://127.0.0.1:2/v2")],
            RetryCount = 3,
            Pause = (_, _) => Task.CompletedTask,
        });
        await service.ConnectAsync(Token);
        Assert.Equal(state.Image, service.Location);
    }

    internal static async Task<ServiceImage> AddAsync(GlanceImageService service, byte[] data, string diskFormat = "raw")
    {
        ServiceImage image = await service.CreateAsync(new NewServiceImage { Name = "test", DiskFormat = diskFormat }, Token);
        return await service.UploadAsync(image.ImageId, new MemoryStream(data), new ImageUploadOptions { Size = data.Length }, Token);
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

    private static async Task<byte[]> BytesAsync(Stream stream)
    {
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Token);
        return copy.ToArray();
    }
}
