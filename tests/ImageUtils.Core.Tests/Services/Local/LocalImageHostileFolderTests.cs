using System.Diagnostics;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Services.Local;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Services.Local;

/// <summary>What somebody who may write into the service's folder puts there: pipes, links, devices.</summary>
public sealed class LocalImageHostileFolderTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordingLog _log = new();
    private readonly LocalImageService _service;

    public LocalImageHostileFolderTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs pipes with names, and links.");
        _service = new LocalImageService(_folder.File("images"), _log);
        File.WriteAllText(Victim, "precious");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Victim => _folder.File("victim");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pipe")]
    [InlineData("link")]
    [InlineData("/dev/zero")]
    [InlineData("folder")]
    public async Task Data_that_are_no_regular_file_are_not_delivered(string kind)
    {
        string id = await ActiveAsync();
        Put(FileOf(id, "data"), kind);
        ImageDownloadFailedException e = await Assert.ThrowsAsync<ImageDownloadFailedException>(() => Soon(() => _service.OpenDataAsync(id, Token)));
        Assert.Contains("not a regular file", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("link")]
    [InlineData("/dev/zero")]
    [InlineData("folder")]
    public async Task A_record_that_is_no_regular_file_is_an_error_for_its_image_only(string kind)
    {
        string good = await QueueAsync();
        string bad = await QueueAsync();
        File.Copy(FileOf(bad, "image.json"), Victim, overwrite: true);
        Put(FileOf(bad, "image.json"), kind);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => Soon(() => _service.GetAsync(bad, Token)));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => Soon(() => _service.DeleteAsync(bad, Token).ContinueWith(task => { task.GetAwaiter().GetResult(); return 0; }, TaskScheduler.Default)));
        Assert.Equal([good], await ListAsync());
        Assert.Contains(bad, Assert.Single(_log.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("link")]
    [InlineData("dangling")]
    [InlineData("/dev/null")]
    [InlineData("folder")]
    public async Task A_lock_that_is_no_regular_file_is_refused(string kind)
    {
        await QueueAsync();
        Put(Path.Combine(_service.Location, ".lock"), kind);
        ServiceUnavailableException e = await Assert.ThrowsAsync<ServiceUnavailableException>(() => Soon(() => _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token)));
        Assert.Contains("not a regular file", e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("nowhere")));
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("link")]
    [InlineData("dangling")]
    [InlineData("/dev/null")]
    public async Task An_upload_replaces_what_stands_in_its_place_and_writes_through_nothing(string kind)
    {
        string id = await QueueAsync();
        Put(FileOf(id, "data.partial"), kind);
        ServiceImage active = await Soon(() => _service.UploadAsync(id, new FaultyStream(200_000), ImageUploadOptions.Default, Token));
        Assert.Equal(200_000, active.Size);
        Assert.Equal(200_000, new FileInfo(FileOf(id, "data")).Length);
        Assert.True(FileIdentity.OfLink(FileOf(id, "data")) is { IsRegularFile: true });
        Assert.Equal("precious", await File.ReadAllTextAsync(Victim, Token));
        Assert.False(File.Exists(_folder.File("nowhere")));
    }

    [Fact]
    public async Task A_link_in_place_of_the_data_is_replaced_by_an_upload()
    {
        string id = await QueueAsync();
        Put(FileOf(id, "data"), "link");
        await _service.UploadAsync(id, new FaultyStream(10), ImageUploadOptions.Default, Token);
        Assert.Null(new FileInfo(FileOf(id, "data")).LinkTarget);
        Assert.Equal("precious", await File.ReadAllTextAsync(Victim, Token));
    }

    [Fact]
    public async Task A_pipe_in_place_of_an_upload_is_no_living_writer()
    {
        string id = await QueueAsync();
        await SaySavingAsync(id);
        Put(FileOf(id, "data.partial"), "pipe");
        Assert.Equal("queued", (await Soon(() => _service.GetAsync(id, Token))).Status);
        Assert.Equal(["image.json"], NamesOf(id));
    }

    [Fact]
    public async Task An_image_whose_folder_is_a_link_is_refused_and_nothing_happens_there()
    {
        string id = await ActiveAsync();
        string elsewhere = _folder.File("elsewhere");
        Directory.Move(Path.Combine(_service.Location, id), elsewhere);
        Directory.CreateSymbolicLink(Path.Combine(_service.Location, id), elsewhere);
        string[] before = Directory.GetFileSystemEntries(elsewhere);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.GetAsync(id, Token));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.OpenDataAsync(id, Token));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.UploadAsync(id, new FaultyStream(1), ImageUploadOptions.Default, Token));
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => _service.DeleteAsync(id, Token));
        Assert.Equal(before, Directory.GetFileSystemEntries(elsewhere));
        Assert.Empty(await ListAsync());
    }

    // Where files cannot be locked, a note says who receives the data.
    [Fact]
    public async Task An_upload_noted_by_a_living_process_goes_on_and_one_of_a_dead_process_does_not()
    {
        string id = await QueueAsync();
        await SaySavingAsync(id);
        await File.WriteAllTextAsync(FileOf(id, "data.partial"), "half of it", Token);
        UploadOwner.Write(FileOf(id, "data.owner"));
        Assert.Equal("saving", (await _service.GetAsync(id, Token)).Status);
        await Assert.ThrowsAsync<ImageStatusConflictException>(() => _service.UploadAsync(id, new FaultyStream(1), ImageUploadOptions.Default, Token));
        await File.WriteAllTextAsync(FileOf(id, "data.owner"), $"{Environment.ProcessId}-1", Token);
        Assert.Equal("queued", (await _service.GetAsync(id, Token)).Status);
        Assert.Equal(["image.json"], NamesOf(id));
    }

    private static async Task<T> Soon<T>(Func<Task<T>> work) => await Task.Run(work, Token).WaitAsync(Patience, Token);

    private void Put(string path, string kind)
    {
        File.Delete(path);
        switch (kind)
        {
            case "pipe":
                using (Process made = Process.Start("mkfifo", [path]))
                {
                    made.WaitForExit();
                    Assert.Equal(0, made.ExitCode);
                }

                break;
            case "folder":
                Directory.CreateDirectory(path);
                break;
            default:
                File.CreateSymbolicLink(path, kind switch { "link" => Victim, "dangling" => _folder.File("nowhere"), _ => kind });
                break;
        }
    }

    private string FileOf(string id, string name) => Path.Combine(_service.Location, id, name);

    private string[] NamesOf(string id) => [.. Directory.GetFileSystemEntries(Path.Combine(_service.Location, id)).Select(path => Path.GetFileName(path))];

    private async Task SaySavingAsync(string id)
    {
        string record = FileOf(id, "image.json");
        await File.WriteAllTextAsync(record, (await File.ReadAllTextAsync(record, Token)).Replace("\"queued\"", "\"saving\"", StringComparison.Ordinal), Token);
    }

    private async Task<string> QueueAsync() => (await _service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token)).ImageId;

    private async Task<string> ActiveAsync()
    {
        string id = await QueueAsync();
        await _service.UploadAsync(id, new FaultyStream(1000), ImageUploadOptions.Default, Token);
        return id;
    }

    private async Task<List<string>> ListAsync()
    {
        var ids = new List<string>();
        await foreach (ServiceImage image in _service.ListAsync(ImageFilter.All, Token))
        {
            ids.Add(image.ImageId);
        }

        return ids;
    }
}
