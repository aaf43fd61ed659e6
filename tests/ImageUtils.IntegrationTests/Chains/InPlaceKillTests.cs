using System.Diagnostics;
using System.Globalization;
using ImageUtils.Chains;
using ImageUtils.Core.Tests.Chains;
using ImageUtils.Formats.Vhd;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Chains;

/// <summary>Merges in place whose process is killed, as by the kernel: no handler runs.</summary>
public sealed class InPlaceKillTests
{
    /// <summary>How often at least.</summary>
    private const int Kills = 100;

    [Fact]
    public async Task A_merge_that_is_killed_anywhere_leaves_the_old_base_or_the_new_one()
    {
        using var folder = new TemporaryFolder();
        int broken = 0;
        long duration = 0;

        // A busy machine may miss the moment each time; then there are more kills until one has found it.
        for (int kill = 0; kill < Kills || (broken == 0 && kill < 10 * Kills); kill++)
        {
            string links = Directory.CreateDirectory(folder.File($"links-{kill}")).FullName;
            (string basePath, byte[] old, byte[] merged) = Chain(kill % 5, links);
            if (kill % 5 == 0)
            {
                // How long it takes now, on this machine; the kills are spread over that.
                duration = Math.Max(1000, await MergeAsync(Copy(links, folder.File($"measure-{kill}")), wait: null));
            }

            await MergeAsync(links, wait: TimeSpan.FromMicroseconds((duration / 4) + new Random(kill).NextInt64(duration * 4 / 5)));
            broken += File.Exists(MergeJournal.PathOf(basePath)) ? 1 : 0;
            InPlaceMerge.Settle(basePath);
            byte[] now = Read(basePath);
            Assert.True(now.AsSpan().SequenceEqual(old) || now.AsSpan().SequenceEqual(merged), $"kill {kill}: neither the old nor the new content");
            Assert.False(File.Exists(MergeJournal.PathOf(basePath)));
            await MergeAsync(links, wait: null);
            Assert.True(Read(basePath).AsSpan().SequenceEqual(merged), $"kill {kill}: not merged by the next run");
            Directory.Delete(links, recursive: true);
        }

        TestContext.Current.SendDiagnosticMessage($"{broken} kills found the merge at work.");
        Assert.NotEqual(0, broken);
    }

    private static (string BasePath, byte[] Old, byte[] Merged) Chain(int seed, string links)
    {
        // Seeds of chains with several links; sizes, block sizes and bases differ.
        int[] seeds = [2, 7, 26, 58, 105];
        for (int offset = 0; ; offset += 1000)
        {
            Directory.Delete(links, recursive: true);
            Directory.CreateDirectory(links);
            var chain = new RandomChain(seeds[seed] + offset, links);
            if (chain.Layers.Count > 1)
            {
                return (chain.Paths[^1], ModelVhd.Merge([chain.Layers[^1]]), chain.Content);
            }
        }
    }

    private static string Copy(string folder, string copy)
    {
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    private static byte[] Read(string path)
    {
        using VhdDiskReader reader = VhdDiskReader.Open(path);
        byte[] disk = new byte[reader.VirtualSize];
        reader.Read(0, disk);
        return disk;
    }

    private static async Task<long> MergeAsync(string links, TimeSpan? wait)
    {
        var start = new ProcessStartInfo(FakeProgram.Path, ["merge", links]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        await process.StandardInput.WriteLineAsync();
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        if (wait is { } time)
        {
            long started = Stopwatch.GetTimestamp();
            SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(started) >= time);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return 0;
        }

        string? took = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return long.Parse(took!, CultureInfo.InvariantCulture);
    }
}
