using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using ImageUtils.Chains;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Chains;
using ImageUtils.Operations;
using ImageUtils.Storage;

namespace ImageUtils.Benchmarks;

/// <summary>
/// Merging five VHDs against a plain copy of the result, in turn, both flushed to the disk; and the way through an archive
/// against unpacking it first.
/// </summary>
public static class MergeBenchmark
{
    private const int Links = 5;
    private const int Turns = 5;
    private const int Sector = 512;
    private const int MiB = 1 << 20;

    /// <summary>Patterns of what each child holds: the length of a run, and of the gap behind it.</summary>
    private static readonly (string Name, int Run, int Gap)[] Patterns =
    [
        ("whole blocks", 2 * MiB, 6 * MiB),
        ("64 KiB runs", 64 * 1024, 192 * 1024),
        ("alternate 4 KiB", 4096, 4096),
    ];

    /// <summary>Runs.</summary>
    /// <param name="arguments">The size of the disk in MiB; none: 1024.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        int size = (arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1024) * MiB;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("imageutils-bench-");
        OperationContext context = OperationContext.Create(OptionsLoader.Load(Environment.GetEnvironmentVariable), SilentLog.Instance, null);
        try
        {
            Console.WriteLine($"{"five links of one disk",-24} {"disk MiB",9} {"merge s",8} {"copy s",8} {"ratio",6} {"read MiB",9} {"written MiB",12}");
            foreach ((string name, int run, int gap) in Patterns)
            {
                string[] paths = Make(folder.FullName, size, run, gap, cancellationToken);
                await CompareWithCopyAsync(name, paths, folder.FullName, size, context, cancellationToken).ConfigureAwait(false);
            }

            string[] links = Make(folder.FullName, size / 4, Patterns[1].Run, Patterns[1].Gap, cancellationToken);
            await CompareArchiveAsync(links, folder.FullName, size / 4, context, cancellationToken).ConfigureAwait(false);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task CompareWithCopyAsync(string name, string[] paths, string folder, int size, OperationContext context, CancellationToken cancellationToken)
    {
        string result = Path.Combine(folder, "merged.vhd");
        string copied = Path.Combine(folder, "copied.vhd");
        string copy = Path.Combine(folder, "copy.vhd");
        VhdMergeResult? last = null;
        File.Delete(copied);
        await MergeAsync(copied).ConfigureAwait(false);
        PairedTiming timing = new();
        await timing.RunAsync(
            Turns,
            1,
            () => MergeAsync(result),
            () =>
            {
                Copy(copied, copy);
                return Task.CompletedTask;
            },
            () =>
            {
                // Both make a new file, in memory that the other one gave back.
                File.Delete(result);
                File.Delete(copy);
            }).ConfigureAwait(false);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-24} {size / MiB,9} {timing.OursMilliseconds / 1000,8:F2} {timing.TheirsMilliseconds / 1000,8:F2} {1 / timing.Ratio,6:F2} {last!.BytesRead / MiB,9} {last.BytesWritten / MiB,12}"));

        async Task MergeAsync(string destination) => last = await new VhdChainMerger(context).MergeAsync(
            new VhdMergeRequest { Source = new VhdChainSource { Paths = paths }, DestinationPath = destination },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task CompareArchiveAsync(string[] paths, string folder, int size, OperationContext context, CancellationToken cancellationToken)
    {
        string archive = Path.Combine(folder, "image.tar.gz");
        await Pack(archive, paths).ConfigureAwait(false);
        string result = Path.Combine(folder, "merged.vhd");
        string unpacked = Path.Combine(folder, "unpacked");
        PairedTiming timing = new();
        await timing.RunAsync(
            Turns,
            1,
            () => new VhdChainMerger(context).MergeAsync(new VhdMergeRequest { Source = new VhdChainSource { ArchivePath = archive }, DestinationPath = result, Force = true }, cancellationToken),
            async () =>
            {
                Directory.CreateDirectory(unpacked);
                using (Process tar = Process.Start(new ProcessStartInfo("tar", ["-xzf", archive, "-C", unpacked]) { UseShellExecute = false })!)
                {
                    await tar.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
                }

                await new VhdChainMerger(context).MergeAsync(new VhdMergeRequest { Source = new VhdChainSource { DirectoryPath = unpacked }, DestinationPath = result, Force = true }, cancellationToken).ConfigureAwait(false);
                Directory.Delete(unpacked, recursive: true);
            }).ConfigureAwait(false);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"archive of {size / MiB} MiB: merged as it comes by {timing.OursMilliseconds / 1000:F2} s, unpacked first {timing.TheirsMilliseconds / 1000:F2} s, {timing.Ratio:F2} times"));
    }

    private static async Task Pack(string archive, string[] paths)
    {
        FileStream file = File.Create(archive);
        await using (file.ConfigureAwait(false))
        {
            GZipStream packing = new(file, CompressionLevel.Fastest);
            await using (packing.ConfigureAwait(false))
            {
                TarWriter writer = new(packing);
                await using (writer.ConfigureAwait(false))
                {
                    foreach (string path in paths)
                    {
                        await writer.WriteEntryAsync(path, Path.GetFileName(path)).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    /// <summary>A copy with the care of ours: flushed before it counts as done.</summary>
    private static void Copy(string from, string to)
    {
        File.Copy(from, to, overwrite: true);
        using var handle = File.OpenHandle(to, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Writes the chain, newest first: a base that is full, and children with runs that shift from link to link.</summary>
    private static string[] Make(string folder, int size, int run, int gap, CancellationToken cancellationToken)
    {
        Random random = new(run);
        Guid[] ids = Enumerable.Range(0, Links).Select(_ => Guid.NewGuid()).ToArray();
        byte[] data = new byte[size];
        for (int link = 0; link < Links; link++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.NextBytes(data);
            bool isBase = link == Links - 1;
            bool[] written = new bool[size / Sector];
            int shift = link * run;
            for (long start = isBase ? 0 : shift; start < size; start += isBase ? size : run + gap)
            {
                Array.Fill(written, true, (int)(start / Sector), (int)((Math.Min(size, start + (isBase ? size : run)) - start) / Sector));
            }

            ModelVhd vhd = new()
            {
                Type = isBase ? ModelVhd.Dynamic : ModelVhd.Differencing,
                Data = data,
                Written = written,
                Id = ids[link],
                ParentId = isBase ? Guid.Empty : ids[link + 1],
            };
            string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{link}.vhd"));
            vhd.Save(path, random);

            // What is still to be written back would be paid for by whoever flushes next.
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(handle);
        }

        return [.. Enumerable.Range(0, Links).Select(link => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{link}.vhd")))];
    }
}
