using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Benchmarks;

/// <summary>
/// What an image is: our parsers in this process against one process of <c>qemu-img info</c>, image by image, and the bytes
/// that ours reads. Only images that our inspector passes are shown to qemu-img.
/// </summary>
public static class InfoBenchmark
{
    private const int Turns = 7;

    /// <summary>So many that what the peer's process did to the caches weighs little.</summary>
    private const int Repeats = 200;
    private const int WarmRounds = 100;

    /// <summary>Runs over the given images, or over those of the corpus beside the repository.</summary>
    /// <param name="images">Paths; none: the corpus.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        string[] paths = images.Count > 0 ? [.. images] : OfCorpus();
        if (paths.Length == 0)
        {
            await Console.Error.WriteLineAsync("No images: name some, or put the corpus beside the repository.").ConfigureAwait(false);
            return 2;
        }

        OperationContext context = OperationContext.Create(OptionsLoader.Load(Environment.GetEnvironmentVariable), SilentLog.Instance, null);
        ImageInfoReader reader = new(context);
        for (int round = 0; round < WarmRounds; round++)
        {
            // The runtime makes fast code of what runs often; the first images would pay for it.
            foreach (string path in paths)
            {
                await reader.ReadAsync(new ImageInfoRequest { Path = path }, cancellationToken).ConfigureAwait(false);
            }
        }

        List<(double Ours, double Theirs, double Ratio, long Bytes)> rows = [];
        Console.WriteLine($"{"image",-52} {"format",-8} {"ours ms",9} {"qemu-img ms",12} {"ratio",8} {"bytes read",11} {"all checks",11}");
        foreach (string path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (ImageInspection inspection, long metadata) = Inspect(context, path, InspectionDepth.Metadata, cancellationToken);
            if (!inspection.IsAcceptable || !await IsReadByQemuImgAsync(path, inspection.Facts.Format.QemuName, cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            (_, long full) = Inspect(context, path, InspectionDepth.Full, cancellationToken);
            PairedTiming timing = new();
            await timing.RunAsync(
                Turns,
                Repeats,
                () => reader.ReadAsync(new ImageInfoRequest { Path = path }, cancellationToken),
                () => QemuImgInfoAsync(path, inspection.Facts.Format.QemuName, cancellationToken)).ConfigureAwait(false);
            rows.Add((timing.OursMilliseconds, timing.TheirsMilliseconds, timing.Ratio, metadata));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileName(path),-52} {inspection.Facts.Format.Name,-8} {timing.OursMilliseconds,9:F3} {timing.TheirsMilliseconds,12:F2} {timing.Ratio,8:F0} {metadata,11} {full,11}"));
        }

        Summarize(rows);
        return 0;
    }

    private static void Summarize(List<(double Ours, double Theirs, double Ratio, long Bytes)> rows)
    {
        double[] ratios = [.. rows.Select(row => row.Ratio).Order()];
        long[] bytes = [.. rows.Select(row => row.Bytes).Order()];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{rows.Count} images: all of ours {rows.Sum(row => row.Ours):F1} ms, all of qemu-img {rows.Sum(row => row.Theirs):F0} ms, {rows.Sum(row => row.Theirs) / rows.Sum(row => row.Ours):F0} times; ratio per image min {ratios[0]:F0}, median {ratios[ratios.Length / 2]:F0}, max {ratios[^1]:F0}; bytes read median {bytes[bytes.Length / 2]}, max {bytes[^1]}"));
    }

    private static (ImageInspection Inspection, long BytesRead) Inspect(OperationContext context, string path, InspectionDepth depth, CancellationToken cancellationToken)
    {
        using FileImageReader file = FileImageReader.Open(path);
        ImageInspection inspection = context.Inspector.Inspect(file, new InspectionRequest { Depth = depth }, cancellationToken);
        return (inspection, file.BytesRead);
    }

    private static async Task<bool> IsReadByQemuImgAsync(string path, string? format, CancellationToken cancellationToken)
    {
        try
        {
            await QemuImgInfoAsync(path, format, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (InvalidOperationException)
        {
            // It does not know what we know, LUKS2 for example.
            return false;
        }
    }

    private static async Task QemuImgInfoAsync(string path, string? format, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new("qemu-img") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in new[] { "info", "-U", "-f", format ?? "raw", "--output=json", path })
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> answer = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> complaint = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        await answer.ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"qemu-img info {path}: {await complaint.ConfigureAwait(false)}");
        }
    }

    /// <summary>The images of the index that qemu-img opens as what we take them for.</summary>
    private static string[] OfCorpus()
    {
        if (CorpusFolder.Find() is not string folder)
        {
            return [];
        }

        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "index.json")));
        return index.RootElement.GetProperty("images").EnumerateArray()
            .Where(entry => entry.TryGetProperty("qemu_img_info", out JsonElement info) && info.GetProperty("exit") is { ValueKind: JsonValueKind.Number } exit && exit.GetInt32() == 0)
            .Select(entry => Path.Combine(folder, entry.GetProperty("path").GetString()!))
            .ToArray();
    }
}
