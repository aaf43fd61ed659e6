using System.Diagnostics;
using System.Globalization;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Cli;

/// <summary>However the program is told to end, it ends, and leaves nothing.</summary>
public sealed class SignalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Waiting_for_silent_input_ends_with_a_signal_and_leaves_nothing(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such signals.");
        using Process process = Start("publish", "-", "--name", "silent");
        await WaitForAsync(() => Directory.Exists(_folder.File("images")) && Directory.EnumerateFiles(_folder.File("images"), "image.json", SearchOption.AllDirectories).Any());

        await SendAsync(process, signal);

        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("images"), "image.json", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("HUP")]
    public async Task A_conversion_ends_with_a_signal_and_leaves_neither_child_nor_file(string signal)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/qemu-img"), "qemu-img is not here.");
        byte[] noise = new byte[32 << 20];
        Random.Shared.NextBytes(noise);
        await File.WriteAllBytesAsync(_folder.File("long.raw"), noise);
        string target = Directory.CreateDirectory(_folder.File("target")).FullName;
        using Process process = Start("convert", "long.raw", "target/long.qcow2", "--to", "qcow2", "--max-rate", "1M");
        await WaitForAsync(() => ChildrenOf(process).Length > 0);
        int[] children = ChildrenOf(process);

        await SendAsync(process, signal);

        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(target));
        Assert.All(children, id => Assert.False(Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}"))));
    }

    private static async Task SendAsync(Process process, string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(patience.Token);
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), "The program did not get so far.");
            await Task.Delay(20);
        }
    }

    private static int[] ChildrenOf(Process process)
    {
        string tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/task");
        return [.. Directory.EnumerateDirectories(tasks)
            .SelectMany(task => ReadChildren(task).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    private static string ReadChildren(string task)
    {
        try
        {
            return File.ReadAllText(task + "/children");
        }
        catch (IOException)
        {
            // Threads come and go while they are listed.
            return string.Empty;
        }
    }

    private Process Start(params string[] words)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "imageutils"), words)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["IMAGEUTILS_IMAGE_CONVERSION_DIRECTORY"] = _folder.File("conversion");
        start.Environment["IMAGEUTILS_LOCAL_IMAGE_DIRECTORY"] = _folder.File("images");
        return Process.Start(start)!;
    }
}
