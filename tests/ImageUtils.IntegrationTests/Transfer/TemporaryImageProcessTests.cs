using System.Diagnostics;
using System.Globalization;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>Temporary images across processes: shared while somebody lives, recovered where somebody was killed.</summary>
public sealed class TemporaryImageProcessTests : IDisposable
{
    private readonly ServiceRoom _room = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Two_processes_share_one_file_and_the_last_one_removes_it()
    {
        ServiceImage image = await RegisterAsync();
        using Process other = Hold(image.ImageId);
        string path = await PathOfAsync(other);
        using (TemporaryImage open = await OpenAsync(image.ImageId))
        {
            Assert.Equal(path, open.Path);
            Assert.True(open.IsShared);
            await EndAsync(other);
            Assert.True(File.Exists(path));
        }

        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task The_maker_may_leave_first()
    {
        ServiceImage image = await RegisterAsync();
        using TemporaryImage open = await OpenAsync(image.ImageId);
        using Process other = Hold(image.ImageId);
        string path = await PathOfAsync(other);
        Assert.Equal(open.Path, path);
        open.Dispose();
        Assert.True(File.Exists(path));
        await EndAsync(other);
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task What_a_killed_process_held_is_gone_when_the_next_operation_begins()
    {
        ServiceImage image = await RegisterAsync();
        using Process other = Hold(image.ImageId);
        string path = await PathOfAsync(other);
        await KillAsync(other);
        Assert.True(File.Exists(path));
        await _room.FetchVolumeAsync(image.ImageId, _room.Out("volume"));
        Assert.Equal([_room.Out("volume")], _room.Leftovers());
    }

    [Fact]
    public async Task The_use_of_a_killed_process_does_not_keep_the_file_of_another()
    {
        ServiceImage image = await RegisterAsync();
        TemporaryImage open = await OpenAsync(image.ImageId);
        using Process other = Hold(image.ImageId);
        Assert.Equal(open.Path, await PathOfAsync(other));
        await KillAsync(other);
        Assert.True(File.Exists(open.Path));
        open.Dispose();
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task A_file_whose_maker_was_killed_stays_while_another_uses_it()
    {
        ServiceImage image = await RegisterAsync();
        using Process other = Hold(image.ImageId);
        string path = await PathOfAsync(other);
        using TemporaryImage open = await OpenAsync(image.ImageId);
        await KillAsync(other);
        ServiceImage another = await RegisterAsync();
        using (TemporaryImage sweeping = await OpenAsync(another.ImageId))
        {
            Assert.NotEqual(path, sweeping.Path);
            Assert.True(File.Exists(path));
        }

        var cleaner = new ConversionDirectoryCleaner(_room.Options, _room.Log);
        Assert.Empty(cleaner.Find(new CleanUpRequest()));
        open.Dispose();
        Assert.Empty(_room.Leftovers());
    }

    [Fact]
    public async Task A_process_killed_in_the_middle_of_its_download_keeps_nobody_waiting()
    {
        ServiceImage image = await RegisterAsync();
        using Process other = Start("stall", image.ImageId);
        Assert.Equal("downloading", await other.StandardOutput.ReadLineAsync(Token));
        Task<TemporaryImage> waiting = OpenAsync(image.ImageId);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(300, Token)));
        await KillAsync(other);
        using (TemporaryImage open = await waiting)
        {
            Assert.False(open.IsShared);
            Assert.Equal(image.Size, new FileInfo(open.Path).Length);
        }

        using TemporaryImage next = await OpenAsync(image.ImageId);
        next.Dispose();
        Assert.Empty(_room.Leftovers());
    }

    private static async Task<string> PathOfAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync(Token) ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(Token));

    private static async Task EndAsync(Process process)
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync(Token);
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task KillAsync(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(Token);
    }

    private async Task<ServiceImage> RegisterAsync()
    {
        string path = _room.File(string.Create(CultureInfo.InvariantCulture, $"disk-{Guid.NewGuid():N}.raw"));
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))], Token);
        return await _room.RegisterAsync(path, "raw");
    }

    private Task<TemporaryImage> OpenAsync(string imageId) => new TemporaryImages(_room.Context, _room.Service).OpenAsync(imageId, Token);

    private Process Hold(string imageId) => Start("hold", imageId);

    private Process Start(string verb, string imageId)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "faketool.exe" : "faketool"), [verb, _room.Options.LocalImageDirectory, _room.Options.ImageConversionDirectory, imageId])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return Process.Start(start)!;
    }
}
