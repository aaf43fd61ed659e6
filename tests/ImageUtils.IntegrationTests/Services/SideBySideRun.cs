using System.Security.Cryptography;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>
/// One run of everything that the two sides are compared on, against one Glance: the cinder that is installed goes through the
/// list in its process, and meanwhile we do in ours. The run is made when the first test wants it.
/// </summary>
public sealed class SideBySideRun : IDisposable
{
    /// <summary>A plain volume on which the guest keeps a CD.</summary>
    private const string CompactDisc = "iso";

    private static readonly string[] Verbs = ["fetch", "verify", "raw", "vhd"];

    /// <summary>The formats of volumes, and the disk formats that they are published as.</summary>
    private static readonly string[] VolumeFormats = ["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "ploop"];
    private static readonly string[] ImageFormats = [.. VolumeFormats, "iso"];

    private readonly OpenStackServices _openStack;
    private readonly Workshop _workshop = new();
    private readonly Lazy<Task<IReadOnlyList<SideBySideOutcome>>> _outcomes;

    public SideBySideRun(OpenStackServices openStack)
    {
        _openStack = openStack;
        _outcomes = new(RunAsync);
    }

    public void Dispose() => _workshop.Dispose();

    /// <summary>All outcomes, in the order of the samples.</summary>
    internal Task<IReadOnlyList<SideBySideOutcome>> OutcomesAsync() => _outcomes.Value;

    private async Task<IReadOnlyList<SideBySideOutcome>> RunAsync()
    {
        CinderPeer.Require();
        OpenStackState state = await _openStack.RequireAsync();
        using GlanceImageService service = await _openStack.ConnectOpenAsync();
        using CinderPeer cinder = CinderPeer.Start(state.OpenImage, _workshop.File("cinder"));
        SampleImages samples = await SampleImages.MakeAsync(_workshop);
        var work = new List<PeerWork>();
        var made = new List<string>();
        try
        {
            foreach (SampleImage sample in samples.All)
            {
                string id = await UploadAsync(service, sample);
                made.Add(id);
                work.AddRange(Verbs.Select(verb => new PeerWork(sample.Name, verb, id, id) { AllowsCompression = sample.AllowsCompression }));
            }

            foreach (string format in (string[])[.. VolumeFormats, CompactDisc])
            {
                string volume = await VolumeAsync(samples, format);
                foreach (string image in ImageFormats)
                {
                    string[] ids = [await QueueAsync(service, image), await QueueAsync(service, image)];
                    made.AddRange(ids);
                    work.Add(new PeerWork("volume_" + format, "as " + image, ids[0], ids[1]) { Volume = volume, VolumeFormat = format == CompactDisc ? "raw" : format, ImageFormat = image });
                }
            }

            Task<List<PeerAnswer>> theirs = AnswerAsync(work, item => AskCinderAsync(cinder, service, item));
            Task<List<PeerAnswer>> ours = AnswerAsync(work, item => TryAsync(service, item));
            await Task.WhenAll(theirs, ours);
            return work.Select((item, i) => new SideBySideOutcome(item.Subject, item.Name, theirs.Result[i], ours.Result[i])).ToArray();
        }
        finally
        {
            foreach (string id in made)
            {
                await service.DeleteAsync(id, CancellationToken.None);
            }
        }
    }

    private static async Task<string> UploadAsync(GlanceImageService service, SampleImage sample)
    {
        ServiceImage image = await service.CreateAsync(new NewServiceImage { Name = "peer", DiskFormat = sample.Claim, ContainerFormat = sample.Container }, CancellationToken.None);
        await using FileStream data = File.OpenRead(sample.Path);
        await service.UploadAsync(image.ImageId, data, ImageUploadOptions.Default, CancellationToken.None);
        return image.ImageId;
    }

    private static async Task<string> QueueAsync(GlanceImageService service, string diskFormat) =>
        (await service.CreateAsync(new NewServiceImage { Name = "upload", DiskFormat = diskFormat }, CancellationToken.None)).ImageId;

    private static async Task<string> VolumeAsync(SampleImages samples, string format) => format switch
    {
        "raw" => samples.Disk,
        CompactDisc => samples.All.Single(image => image.Name == "iso").Path,
        "vhd" => await samples.ConvertAsync("volume_vhd", "vpc", "-o", "force_size=on"),
        _ => await samples.ConvertAsync("volume_" + format, ToolName(format)),
    };

    private static string ToolName(string format) => format switch
    {
        "vhd" => "vpc",
        "ploop" => "parallels",
        "iso" => "raw",
        _ => format,
    };

    private static async Task<List<PeerAnswer>> AnswerAsync(List<PeerWork> work, Func<PeerWork, Task<PeerAnswer>> answer)
    {
        var answers = new List<PeerAnswer>();
        foreach (PeerWork item in work)
        {
            answers.Add(await answer(item));
        }

        return answers;
    }

    private async Task<PeerAnswer> AskCinderAsync(CinderPeer cinder, GlanceImageService service, PeerWork work)
    {
        string path = _workshop.File("theirs");
        string? refusal = await cinder.AskAsync(work.Volume is null ? work.Name : "upload", work.TheirImage, work.Volume ?? path, work.VolumeFormat, work.AllowsCompression);
        return refusal is null ? await ContentAsync(service, work, work.TheirImage, path) : new PeerAnswer(refusal);
    }

    private async Task<PeerAnswer> TryAsync(GlanceImageService service, PeerWork work)
    {
        string path = _workshop.File("ours");
        try
        {
            await WorkAsync(service, work, path);
        }
        catch (ImageUtilsException e)
        {
            return new PeerAnswer(e.ErrorId);
        }

        return await ContentAsync(service, work, work.OurImage, path);
    }

    private Task WorkAsync(GlanceImageService service, PeerWork work, string path)
    {
        OperationContext context = _workshop.Context with { Options = _workshop.Context.Options with { AllowCompressionOnUpload = work.AllowsCompression } };
        CancellationToken token = CancellationToken.None;
        return work switch
        {
            { Volume: not null } => new ImagePublisher(context, service, new ImageConverter(context)).PublishAsync(
                new PublishRequest { SourcePath = work.Volume, ImageId = work.OurImage, VolumeFormat = DiskFormat.Parse(work.VolumeFormat) },
                token),
            { Name: "fetch" or "verify" } => new ImageFetcher(context, service).FetchAsync(
                new FetchRequest { ImageId = work.OurImage, DestinationPath = path, SkipFormatCheck = work.Name is "fetch" },
                token),
            _ => new VolumeFetcher(context, service, new ImageConverter(context)).FetchAsync(
                new VolumeFetchRequest { ImageId = work.OurImage, DestinationPath = path, OutputFormat = DiskFormat.Parse(work.Name) },
                token),
        };
    }

    private async Task<PeerAnswer> ContentAsync(GlanceImageService service, PeerWork work, string image, string path)
    {
        if (work.Volume is not null)
        {
            await using FileStream file = File.Create(path);
            await using Stream data = await service.OpenDataAsync(image, CancellationToken.None);
            await data.CopyToAsync(file);
        }

        string? format = work.Volume is not null ? ToolName(work.ImageFormat) : work.Name == "vhd" ? "vpc" : null;
        string disk = path;
        if (format is not null and not "raw")
        {
            // Neither side judges its own work.
            disk = path + ".disk";
            ProcessResult result = await _workshop.RunAsync("qemu-img", "convert", "-f", format, "-O", "raw", path, disk);
            Assert.True(result.ExitCode == 0, $"{work.Subject}, {work.Name}: {result.StandardError}");
        }

        byte[] content = await File.ReadAllBytesAsync(disk);
        File.Delete(path);
        File.Delete(disk);

        // qemu-img rounds a VHD up to whole cylinders; what is beyond the disk is zeros.
        string trimmed = Convert.ToHexStringLower(SHA256.HashData(content.AsSpan().TrimEnd((byte)0)));
        bool isFile = work is { Volume: null, Name: "fetch" or "verify" };
        return new PeerAnswer(null, format is "vpc" ? trimmed : Convert.ToHexStringLower(SHA256.HashData(content)), isFile ? null : trimmed);
    }
}
