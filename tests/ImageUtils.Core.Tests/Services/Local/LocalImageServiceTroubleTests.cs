using System.Text;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Local;

namespace ImageUtils.Core.Tests.Services.Local;

/// <summary>Broken uploads, crashes, damaged records, and many users at a time.</summary>
public sealed class LocalImageServiceTroubleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly LocalImageService _service;

    public LocalImageServiceTroubleTests() => _service = new LocalImageService(_folder.File("images"), _log);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_upload_that_breaks_leaves_a_queued_image_without_data()
    {
        string id = await QueueAsync();
        var cause = new IOException("The line broke.");
        ImageUploadFailedException e = await Assert.ThrowsAsync<ImageUploadFailedException>(
            () => _service.UploadAsync(id, new FaultyStream(2_500_000, cause), ImageUploadOptions.Default, Token));
        Assert.Same(cause, e.InnerException);
        Assert.Contains("The line broke.", e.Message, StringComparison.Ordinal);
        await AssertQueuedAsync(id);
        ServiceImage active = await _service.UploadAsync(id, new FaultyStream(2_500_000), ImageUploadOptions.Default, Token);
        Assert.Equal(2_500_000, active.Size);
    }

    [Fact]
    public async Task An_error_of_another_kind_passes_and_leaves_nothing_either()
    {
        string id = await QueueAsync();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(
            () => _service.UploadAsync(id, new FaultyStream(100, new InvalidTimeZoneException()), ImageUploadOptions.Default, Token));
        await AssertQueuedAsync(id);
    }

    [Fact]
    public async Task A_cancelled_upload_leaves_a_queued_image()
    {
        string id = await QueueAsync();
        using var cancel = new CancellationTokenSource();
        var data = new FaultyStream(long.MaxValue, onRead: position =>
        {
            if (position > 3_000_000)
            {
                cancel.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _service.UploadAsync(id, data, ImageUploadOptions.Default, cancel.Token));
        await AssertQueuedAsync(id);
    }

    [Theory]
    [InlineData(1000, 999)]
    [InlineData(1000, 1001)]
    [InlineData(1000, 5_000_000)]
    [InlineData(0, 1)]
    public async Task Another_number_of_bytes_than_announced_is_a_broken_upload(long announced, long comes)
    {
        string id = await QueueAsync();
        await Assert.ThrowsAsync<ImageUploadFailedException>(
            () => _service.UploadAsync(id, new FaultyStream(comes), new ImageUploadOptions { Size = announced }, Token));
        await AssertQueuedAsync(id);
    }

    [Fact]
    public async Task More_than_the_disk_holds_is_refused_at_once()
    {
        string id = await QueueAsync();
        var data = new FaultyStream(long.MaxValue, onRead: _ => Assert.Fail("Nothing should be read."));
        await Assert.ThrowsAsync<NoSpaceException>(() => _service.UploadAsync(id, data, new ImageUploadOptions { Size = long.MaxValue / 2 }, Token));
        await AssertQueuedAsync(id);
    }

    [Fact]
    public async Task While_data_come_the_status_is_saving_and_nobody_else_may_upload()
    {
        string id = await QueueAsync();
        var other = new LocalImageService(_service.Location);
        bool isFirst = true;
        var data = new FaultyStream(5_000_000, onRead: position =>
        {
            if (position > 2_000_000 && isFirst)
            {
                isFirst = false;
                Assert.Equal("saving", other.GetAsync(id, Token).GetAwaiter().GetResult().Status);
                Assert.ThrowsAsync<ImageStatusConflictException>(() => other.UploadAsync(id, new FaultyStream(1), ImageUploadOptions.Default, Token)).GetAwaiter().GetResult();
                Assert.ThrowsAsync<ImageDownloadFailedException>(() => other.OpenDataAsync(id, Token)).GetAwaiter().GetResult();
            }
        });
        ServiceImage active = await _service.UploadAsync(id, data, ImageUploadOptions.Default, Token);
        Assert.False(isFirst);
        Assert.Equal(5_000_000, active.Size);
    }

    [Fact]
    public async Task An_image_deleted_during_its_upload_stays_deleted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the folder of an open file.");
        string id = await QueueAsync();
        bool isFirst = true;
        var data = new FaultyStream(5_000_000, onRead: position =>
        {
            if (position > 2_000_000 && isFirst)
            {
                isFirst = false;
                new LocalImageService(_service.Location).DeleteAsync(id, Token).GetAwaiter().GetResult();
            }
        });
        await Assert.ThrowsAsync<ImageNotFoundException>(() => _service.UploadAsync(id, data, ImageUploadOptions.Default, Token));
        Assert.Equal([".lock"], Directory.GetFileSystemEntries(_service.Location).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_writer_that_died_in_the_middle_leaves_an_image_that_is_queued_again()
    {
        string id = await QueueAsync();
        string record = RecordOf(id);
        await File.WriteAllTextAsync(record, (await File.ReadAllTextAsync(record, Token)).Replace("\"queued\"", "\"saving\"", StringComparison.Ordinal), Token);
        await File.WriteAllTextAsync(Path.Combine(_service.Location, id, "data.partial"), "half of it", Token);
        await File.WriteAllTextAsync(Path.Combine(_service.Location, id, "data"), "moved, but the record was not written", Token);
        Assert.Equal("queued", (await _service.GetAsync(id, Token)).Status);
        await AssertQueuedAsync(id);
        Assert.Equal("active", (await _service.UploadAsync(id, new FaultyStream(10), ImageUploadOptions.Default, Token)).Status);
    }

    [Fact]
    public async Task Leftovers_of_a_crash_are_swept_by_the_next_image()
    {
        await QueueAsync();
        Directory.CreateDirectory(Path.Combine(_service.Location, ".new-8a7e2d3c-0000-4000-8000-000000000001"));
        string deleted = Path.Combine(_service.Location, ".deleted-8a7e2d3c-0000-4000-8000-000000000002-00000000");
        Directory.CreateDirectory(deleted);
        await File.WriteAllTextAsync(Path.Combine(deleted, "data"), "x", Token);
        Assert.Single(await ListAsync());
        await QueueAsync();
        Assert.Empty(Directory.GetDirectories(_service.Location, ".*"));
    }

    public static TheoryData<string> DamagedRecords { get; } = new()
    {
        string.Empty,
        "{",
        "[]",
        "null",
        "\"text\"",
        "{}",
        "{\"id\":\"ID\"}",
        "{\"id\":\"ID\",\"status\":\"wonderful\"}",
        "{\"id\":\"ID\",\"status\":7}",
        "{\"id\":\"8a7e2d3c-0000-4000-8000-0000000000ff\",\"status\":\"active\"}",
        "{\"id\":\"ID\",\"status\":\"active\",\"size\":-1}",
        "{\"id\":\"ID\",\"status\":\"active\",\"size\":1e400}",
        "{\"id\":\"ID\",\"status\":\"active\",\"size\":\"12\"}",
        "{\"id\":\"ID\",\"status\":\"active\",\"min_disk\":99999999999}",
        "{\"id\":\"ID\",\"status\":\"active\",\"tags\":[1]}",
        "{\"id\":\"ID\",\"status\":\"active\",\"created_at\":\"yesterday\"}",
        "{\"id\":\"ID\",\"status\":\"active\",\"name\":\"\\ud800\"}",
        "{\"id\":\"ID\",\"status\":\"active\",\"status\":\"queued\"}",
        "{\"id\":\"ID\",\"status\":\"active\",\"deep\":" + new string('[', 1000) + new string(']', 1000) + "}",
        "{\"id\":\"ID\",\"status\":\"active\",\"big\":\"" + new string('x', 1 << 20) + "\"}",
    };

    [Theory]
    [MemberData(nameof(DamagedRecords))]
    public async Task A_damaged_record_is_an_error_for_its_image_only(string record)
    {
        string good = await QueueAsync();
        string bad = await QueueAsync();
        await File.WriteAllTextAsync(RecordOf(bad), record.Replace("ID", bad, StringComparison.Ordinal), Token);
        ServiceUnavailableException e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.GetAsync(bad, Token));
        Assert.Contains(bad, e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.UploadAsync(bad, Stream.Null, ImageUploadOptions.Default, Token));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.DeleteAsync(bad, Token));
        Assert.Equal(good, Assert.Single(await ListAsync()).ImageId);
        Assert.Contains(bad, Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_other_programs_wrote_into_a_record_is_kept()
    {
        string id = await QueueAsync();
        await File.WriteAllTextAsync(RecordOf(id), $$"""{"id":"{{id.ToUpperInvariant()}}","status":"queued","disk_format":"raw","hw_cpus":4,"nothing":null,"self":"/v2/images/x"}""", Token);
        ServiceImage image = await _service.UploadAsync(id, new FaultyStream(3), ImageUploadOptions.Default, Token);
        Assert.Equal(id, image.ImageId);
        Assert.Equal("4", Assert.Single((await _service.GetAsync(id, Token)).Properties).Value);
    }

    [Fact]
    public async Task Files_and_folders_that_are_no_images_are_not_listed()
    {
        string id = await QueueAsync();
        Directory.CreateDirectory(Path.Combine(_service.Location, "lost+found"));
        Directory.CreateDirectory(Path.Combine(_service.Location, Guid.NewGuid().ToString().ToUpperInvariant()));
        Directory.CreateDirectory(Path.Combine(_service.Location, Guid.NewGuid().ToString()));
        await File.WriteAllTextAsync(Path.Combine(_service.Location, Guid.NewGuid().ToString()), "a file", Token);
        Assert.Equal(id, Assert.Single(await ListAsync()).ImageId);
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_typed_error()
    {
        await File.WriteAllTextAsync(_folder.File("file"), string.Empty, Token);
        var blocked = new LocalImageService(_folder.File("file"));
        await Assert.ThrowsAsync<DestinationUnwritableException>(() => blocked.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token));
    }

    [Fact]
    public async Task Many_writers_and_readers_see_whole_records_only()
    {
        var ids = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            ids.Add(await QueueAsync());
        }

        // Threads of their own, all reading before the first writer begins: a busy machine must not make the test idle.
        using var done = new CancellationTokenSource();
        using var reading = new CountdownEvent(4);
        Task[] readers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var reader = new LocalImageService(_service.Location, _log);
                for (int reads = 0; !done.IsCancellationRequested; reads++)
                {
                    ServiceImage image = reader.GetAsync(ids[reads % ids.Count], Token).GetAwaiter().GetResult();
                    Assert.Equal(image.Status == "active", image.OsHashValue is not null);
                    if (reads == 0)
                    {
                        reading.Signal();
                    }
                }
            },
            Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        Assert.True(reading.Wait(TimeSpan.FromMinutes(1), Token));
        Task[] writers = ids.Select(id => Task.Run(() => new LocalImageService(_service.Location).UploadAsync(id, new FaultyStream(2_000_000), ImageUploadOptions.Default, Token))).ToArray();
        Task<ServiceImage>[] creators = Enumerable.Range(0, 20)
            .Select(i => Task.Run(() => new LocalImageService(_service.Location).CreateAsync(new NewServiceImage { Name = $"n{i}", DiskFormat = "raw" }, Token)))
            .ToArray();
        await Task.WhenAll(writers);
        await Task.WhenAll(creators);
        await done.CancelAsync();
        await Task.WhenAll(readers);
        Assert.Equal(24, (await ListAsync()).Count);
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task Of_many_uploads_into_one_image_exactly_one_wins()
    {
        string id = await QueueAsync();
        Task<ServiceImage?>[] uploads = Enumerable.Range(1, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                return (ServiceImage?)await new LocalImageService(_service.Location)
                    .UploadAsync(id, new MemoryStream(Encoding.ASCII.GetBytes(new string((char)('a' + i), 500_000))), ImageUploadOptions.Default, Token);
            }
            catch (ImageStatusConflictException)
            {
                return null;
            }
        })).ToArray();
        ServiceImage winner = Assert.Single(await Task.WhenAll(uploads), image => image is not null)!;
        byte[] data = await File.ReadAllBytesAsync(Path.Combine(_service.Location, id, "data"), Token);
        Assert.Equal(winner.OsHashValue, TransferWorld.Sha512(data));
    }

    [Fact]
    public async Task A_folder_that_somebody_keeps_locked_can_be_read_and_waited_for()
    {
        string id = await QueueAsync();
        IDisposable held = await FolderLock.AcquireAsync(Path.Combine(_service.Location, ".lock"), "test", Token);
        Assert.Equal("queued", (await _service.GetAsync(id, Token)).Status);
        Task<ServiceImage> waiting = _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        using var cancelled = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, cancelled.Token));
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        await waiting;
        Assert.Equal(2, (await ListAsync()).Count);
    }

    private string RecordOf(string id) => Path.Combine(_service.Location, id, "image.json");

    private async Task<string> QueueAsync() => (await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token)).ImageId;

    private async Task AssertQueuedAsync(string id)
    {
        ServiceImage image = await _service.GetAsync(id, Token);
        Assert.Equal("queued", image.Status);
        Assert.Null(image.Size);
        Assert.Null(image.OsHashValue);
        Assert.Equal(["image.json"], Directory.GetFileSystemEntries(Path.Combine(_service.Location, id)).Select(Path.GetFileName));
    }

    private async Task<List<ServiceImage>> ListAsync()
    {
        var images = new List<ServiceImage>();
        await foreach (ServiceImage image in _service.ListAsync(ImageFilter.All, Token))
        {
            images.Add(image);
        }

        return images;
    }
}
