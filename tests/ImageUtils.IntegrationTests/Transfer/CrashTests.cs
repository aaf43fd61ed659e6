using System.Diagnostics;
using ImageUtils.Services;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>Other processes: what they lock, and what is left where they are killed.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly ServiceRoom _room = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task The_uploader_in_another_process_is_respected_while_it_lives_and_forgotten_when_it_is_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ServiceRoom.TryRun("flock", "--version"), "Needs flock, which holds a lock as our own upload does.");
        ServiceImage image = await _room.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        string folder = Path.Combine(_room.Service.Location, image.ImageId);
        string record = Path.Combine(folder, "image.json");
        await File.WriteAllTextAsync(Path.Combine(folder, "data.partial"), "half", Token);
        await File.WriteAllTextAsync(record, (await File.ReadAllTextAsync(record, Token)).Replace("\"queued\"", "\"saving\"", StringComparison.Ordinal), Token);

        // exec: the process we kill is the one that holds the lock.
        using Process other = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 9<>data.partial; flock -n 9 && echo held && exec sleep 600"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync(Token));
            Assert.Equal("saving", (await _room.Service.GetAsync(image.ImageId, Token)).Status);
        }
        finally
        {
            other.Kill();
            await other.WaitForExitAsync(Token);
        }

        Assert.Equal("queued", (await _room.Service.GetAsync(image.ImageId, Token)).Status);
        Assert.False(File.Exists(Path.Combine(folder, "data.partial")));
        Assert.Equal("active", (await _room.Service.UploadAsync(image.ImageId, new MemoryStream([1, 2, 3]), ImageUploadOptions.Default, Token)).Status);
    }

    [Fact]
    public async Task A_lock_held_by_a_killed_process_is_free()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && ServiceRoom.TryRun("flock", "--version"), "Needs flock.");
        await _room.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
        using Process other = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 9<>.lock; flock -n 9 && echo held && exec sleep 600"])
        {
            WorkingDirectory = _room.Service.Location,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        Task<ServiceImage> waiting;
        try
        {
            Assert.Equal("held", await other.StandardOutput.ReadLineAsync(Token));
            waiting = _room.Service.CreateAsync(new NewServiceImage { DiskFormat = "raw" }, Token);
            Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(200, Token)));
        }
        finally
        {
            other.Kill();
            await other.WaitForExitAsync(Token);
        }

        Assert.Equal("queued", (await waiting).Status);
    }
}
