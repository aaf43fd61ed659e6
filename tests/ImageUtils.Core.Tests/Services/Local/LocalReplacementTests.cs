using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Local;

namespace ImageUtils.Core.Tests.Services.Local;

/// <summary>New data for images that have data: whole and at once, or not at all.</summary>
public sealed class LocalReplacementTests : IDisposable
{
    private static readonly byte[] Old = Encoding.ASCII.GetBytes("old data");
    private static readonly byte[] New = Encoding.ASCII.GetBytes("the new data");

    private readonly TemporaryFolder _folder = new();
    private readonly LocalImageService _service;

    public LocalReplacementTests() => _service = new LocalImageService(_folder.File("images"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Data_formats_sizes_and_hashes_change_together_and_the_rest_stays()
    {
        ServiceImage image = await AddAsync();
        ServiceImage replaced = await ReplaceAsync(image, New);
        Assert.Equal(image.ImageId, replaced.ImageId);
        Assert.Equal(("active", "raw", "bare", New.Length, 4096), (replaced.Status, replaced.DiskFormat, replaced.ContainerFormat, replaced.Size, replaced.VirtualSize));
        Assert.Equal(TransferWorld.Sha512(New), replaced.OsHashValue);
        Assert.NotEqual(image.Checksum, replaced.Checksum);
        Assert.Equal("kept", replaced.Properties["other"]);
        Assert.DoesNotContain("img_signature", replaced.Properties.Keys);
        Assert.Equal(image.CreatedAt, replaced.CreatedAt);
        Assert.Equivalent(replaced, await _service.GetAsync(image.ImageId, Token));
        await AssertDataAsync(image.ImageId, New);
    }

    [Fact]
    public async Task Who_reads_already_reads_the_old_data_to_their_end()
    {
        ServiceImage image = await AddAsync();
        await using Stream open = await _service.OpenDataAsync(image.ImageId, Token);
        await ReplaceAsync(image, New);
        using var copy = new MemoryStream();
        await open.CopyToAsync(copy, Token);
        Assert.Equal(Old, copy.ToArray());
    }

    [Fact]
    public async Task The_old_data_stay_in_use_until_the_new_ones_are_whole_and_after_a_break()
    {
        ServiceImage image = await AddAsync();
        var data = new FaultyStream(2_500_000, new IOException("The line broke."), position =>
        {
            Assert.Equal("active", _service.GetAsync(image.ImageId, Token).GetAwaiter().GetResult().Status);
            Assert.Equal(Old, File.ReadAllBytes(FileOf(image, "data")));
        });
        await Assert.ThrowsAsync<ImageUploadFailedException>(() => _service.ReplaceDataAsync(image.ImageId, data, ReplacementOf(image), Token));
        Assert.Equivalent(image, await _service.GetAsync(image.ImageId, Token));
        await AssertDataAsync(image.ImageId, Old);
        await ReplaceAsync(image, New);
    }

    [Fact]
    public async Task Other_numbers_of_bytes_than_announced_change_nothing()
    {
        ServiceImage image = await AddAsync();
        await Assert.ThrowsAsync<ImageUploadFailedException>(
            () => _service.ReplaceDataAsync(image.ImageId, new MemoryStream(New), ReplacementOf(image) with { Size = New.Length + 1 }, Token));
        await AssertDataAsync(image.ImageId, Old);
    }

    [Fact]
    public async Task A_process_that_dies_after_the_decision_is_finished_by_the_next_reader()
    {
        ServiceImage image = await AddAsync();
        ServiceImage other = await AddAsync(New);
        ServiceImage next = image with { Size = other.Size, Checksum = other.Checksum, OsHashValue = other.OsHashValue, DiskFormat = "raw" };
        await File.WriteAllBytesAsync(FileOf(image, "data.next"), New, Token);
        await File.WriteAllBytesAsync(FileOf(image, "image.json.next"), ServiceImageJson.Write(next), Token);
        Assert.Equal(other.OsHashValue, (await _service.GetAsync(image.ImageId, Token)).OsHashValue);
        await AssertDataAsync(image.ImageId, New);
    }

    [Fact]
    public async Task A_process_that_dies_between_the_two_moves_is_finished_too()
    {
        ServiceImage image = await AddAsync();
        await File.WriteAllBytesAsync(FileOf(image, "data"), New, Token);
        await File.WriteAllBytesAsync(FileOf(image, "image.json.next"), ServiceImageJson.Write(image with { DiskFormat = "raw", Size = New.Length }), Token);
        Assert.Equal(("raw", New.Length), ((await _service.GetAsync(image.ImageId, Token)).DiskFormat, (await _service.GetAsync(image.ImageId, Token)).Size));
        await AssertDataAsync(image.ImageId, New);
    }

    [Theory]
    [InlineData("data.partial")]
    [InlineData("data.next")]
    public async Task What_a_process_left_that_died_before_the_decision_is_removed_with_the_next_change(string leftover)
    {
        ServiceImage image = await AddAsync();
        await File.WriteAllBytesAsync(FileOf(image, leftover), New, Token);
        await AssertDataAsync(image.ImageId, Old, leftover);
        await _service.UpdateAsync(image.ImageId, new ImageChanges { Name = "renamed" }, Token);
        await AssertDataAsync(image.ImageId, Old);
    }

    [Fact]
    public async Task Data_that_were_replaced_meanwhile_are_not_replaced_by_what_was_made_of_the_old_ones()
    {
        ServiceImage image = await AddAsync();
        await ReplaceAsync(image, New);
        await Assert.ThrowsAsync<ImageStatusConflictException>(() => ReplaceAsync(image, Old));
        await AssertDataAsync(image.ImageId, New);
    }

    [Fact]
    public async Task An_image_deleted_meanwhile_stays_deleted()
    {
        ServiceImage image = await AddAsync();
        var data = new FaultyStream(100, onRead: position =>
        {
            if (position == 0)
            {
                _service.DeleteAsync(image.ImageId, Token).GetAwaiter().GetResult();
            }
        });
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.ReplaceDataAsync(image.ImageId, data, ReplacementOf(image), Token));
        Assert.False(Directory.Exists(Path.Combine(_folder.File("images"), image.ImageId)));
    }

    [Fact]
    public async Task A_rename_during_the_replacement_is_kept_and_a_second_replacement_refused()
    {
        ServiceImage image = await AddAsync();
        var data = new FaultyStream(100, onRead: position =>
        {
            if (position == 0)
            {
                _service.UpdateAsync(image.ImageId, new ImageChanges { Name = "renamed" }, Token).GetAwaiter().GetResult();
                Assert.Throws<ImageStatusConflictException>(() => ReplaceAsync(image, New).GetAwaiter().GetResult());
            }
        });
        ServiceImage replaced = await _service.ReplaceDataAsync(image.ImageId, data, ReplacementOf(image), Token);
        Assert.Equal(("renamed", 100), (replaced.Name, replaced.Size));
        await AssertDataAsync(image.ImageId, FaultyStream.Pattern(100));
    }

    [Fact]
    public async Task A_queued_image_has_no_data_that_could_be_replaced()
    {
        ServiceImage queued = await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        ImageStatusConflictException e = await Assert.ThrowsAsync<ImageStatusConflictException>(() => ReplaceAsync(queued, New));
        Assert.Equal(("queued", "active"), (e.Status, e.RequiredStatus));
    }

    private static ImageReplacement ReplacementOf(ServiceImage image) => new() { Original = image, DiskFormat = "raw", VirtualSize = 4096, RemoveProperties = ["img_signature"] };

    private async Task<ServiceImage> AddAsync(byte[]? data = null)
    {
        var definition = new NewServiceImage
        {
            DiskFormat = "qcow2",
            ContainerFormat = "ovf",
            Properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["other"] = "kept", ["img_signature"] = "old" },
        };
        ServiceImage image = await _service.CreateAsync(definition, Token);
        return await _service.UploadAsync(image.ImageId, new MemoryStream(data ?? Old), ImageUploadOptions.Default, Token);
    }

    private Task<ServiceImage> ReplaceAsync(ServiceImage image, byte[] data) =>
        _service.ReplaceDataAsync(image.ImageId, new MemoryStream(data), ReplacementOf(image), Token);

    private string FileOf(ServiceImage image, string name) => Path.Combine(_folder.File("images"), image.ImageId, name);

    private async Task AssertDataAsync(string id, byte[] expected, params string[] others)
    {
        await using Stream data = await _service.OpenDataAsync(id, Token);
        using var copy = new MemoryStream();
        await data.CopyToAsync(copy, Token);
        Assert.Equal(expected, copy.ToArray());
        string[] names = [.. Directory.GetFiles(Path.Combine(_folder.File("images"), id)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        string[] wanted = [.. others.Concat(["data", "image.json"]).Order(StringComparer.Ordinal)];
        Assert.Equal(wanted, names);
    }
}
