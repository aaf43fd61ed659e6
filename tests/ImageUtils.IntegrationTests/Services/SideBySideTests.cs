using System.Security.Cryptography;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Services;
using ImageUtils.Services.Glance;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Services;

/// <summary>
/// The real cinder and this project do the same work on the same Glance: the same content comes out, or both refuse. What
/// is meant to differ is listed here, and with its reason in docs/compatibility.md.
/// </summary>
public sealed class SideBySideTests(OpenStackServices openStack) : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("raw", "raw")]
    [InlineData("qcow2", "qcow2")]
    [InlineData("qcow2", "qcow2", "-c")]
    [InlineData("vmdk", "vmdk", "-o", "subformat=streamOptimized")]
    [InlineData("vdi", "vdi")]
    [InlineData("vhdx", "vhdx")]
    public async Task What_is_sound_comes_out_the_same(string format, string claim, params string[] words)
    {
        string sample = await MakeAsync(format, words);
        await CompareAsync(sample, claim, ["fetch: same", "verify: same", "raw: same", "vhd: same"]);
    }

    [Fact]
    public async Task A_fixed_VHD_is_read_here_where_cinder_takes_it_for_raw_and_refuses() => await CompareAsync(
        await MakeAsync("vpc", "-o", "subformat=fixed,force_size=on"), "vhd", ["fetch: same", "verify: same", "raw: cinder refuses", "vhd: cinder refuses"]);

    [Theory]
    [InlineData("qcow2", "raw")]
    [InlineData("raw", "qcow2")]
    public async Task What_is_not_what_it_claims_becomes_no_volume_and_is_not_even_fetched_here(string format, string claim) => await CompareAsync(
        await MakeAsync(format), claim, ["fetch: same", "verify: we refuse", "raw: both refuse", "vhd: both refuse"]);

    [Fact]
    public async Task A_backing_file_is_refused_by_both()
    {
        _workshop.MakeDisk("base", 4 << 20);
        await _workshop.RunAsync("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", _workshop.File("base"), _workshop.File("sample"));
        await CompareAsync(_workshop.File("sample"), "qcow2", ["fetch: same", "verify: both refuse", "raw: both refuse", "vhd: both refuse"]);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("qcow2")]
    [InlineData("vmdk")]
    public async Task A_volume_becomes_the_same_image(string diskFormat)
    {
        OpenStackState state = await openStack.RequireAsync();
        string volume = await MakeAsync("raw");
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        using CinderPeer cinder = CinderPeer.Start(state.OpenImage, _workshop.File("cinder"));
        string[] contents = new string[2];
        for (int i = 0; i < 2; i++)
        {
            ServiceImage image = await service.CreateAsync(new NewServiceImage { Name = "upload", DiskFormat = diskFormat }, Token);
            string? trouble = i == 0
                ? await cinder.AskAsync("upload", image.ImageId, volume)
                : await TryAsync(() => new ImagePublisher(_workshop.Context, service, _workshop.Converter).PublishAsync(new PublishRequest { SourcePath = volume, ImageId = image.ImageId }, Token));
            Assert.Null(trouble);
            await WorkAsync(service, "raw", image.ImageId, _workshop.File($"uploaded.{i}"));
            contents[i] = Workshop.Sha256(_workshop.File($"uploaded.{i}"));
            await service.DeleteAsync(image.ImageId, Token);
        }

        Assert.Equal(Workshop.Sha256(volume), contents[0]);
        Assert.Equal(contents[0], contents[1]);
    }

    private async Task<string> MakeAsync(string format, params string[] words)
    {
        Workshop.RequireQemuImg();
        string disk = _workshop.MakeDisk("disk", 4 << 20);
        await _workshop.RunAsync("qemu-img", ["convert", "-f", "raw", "-O", format, .. words, disk, _workshop.File("sample")]);
        return _workshop.File("sample");
    }

    private async Task CompareAsync(string sample, string claim, string[] expected)
    {
        OpenStackState state = await openStack.RequireAsync();
        using GlanceImageService service = await openStack.ConnectOpenAsync();
        using CinderPeer cinder = CinderPeer.Start(state.OpenImage, _workshop.File("cinder"));
        ServiceImage image = await service.CreateAsync(new NewServiceImage { Name = "peer", DiskFormat = claim }, Token);
        await using (FileStream data = File.OpenRead(sample))
        {
            await service.UploadAsync(image.ImageId, data, ImageUploadOptions.Default, Token);
        }

        var lines = new List<string>();
        foreach (string verb in (string[])["fetch", "verify", "raw", "vhd"])
        {
            string theirs = _workshop.File("theirs." + verb), ours = _workshop.File("ours." + verb);
            string? theirTrouble = await cinder.AskAsync(verb, image.ImageId, theirs);
            string? ourTrouble = await TryAsync(() => WorkAsync(service, verb, image.ImageId, ours));
            string outcome = (theirTrouble, ourTrouble) switch
            {
                (null, null) => await ContentAsync(theirs, verb) == await ContentAsync(ours, verb) ? "same" : "other content",
                (null, _) => "we refuse",
                (_, null) => "cinder refuses",
                _ => "both refuse",
            };
            lines.Add($"{verb}: {outcome}");
        }

        await service.DeleteAsync(image.ImageId, Token);
        Assert.Equal(expected, lines);
    }

    private Task WorkAsync(GlanceImageService service, string verb, string id, string path) => verb switch
    {
        "fetch" or "verify" => new ImageFetcher(_workshop.Context, service).FetchAsync(new FetchRequest { ImageId = id, DestinationPath = path, SkipFormatCheck = verb is "fetch" }, Token),
        _ => new VolumeFetcher(_workshop.Context, service, _workshop.Converter).FetchAsync(new VolumeFetchRequest { ImageId = id, DestinationPath = path, OutputFormat = DiskFormat.Parse(verb) }, Token),
    };

    private static async Task<string?> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (ImageUtilsException e)
        {
            return e.ErrorId;
        }
    }

    private async Task<string> ContentAsync(string path, string verb)
    {
        if (verb != "vhd")
        {
            return Workshop.Sha256(path);
        }

        await _workshop.Converter.ConvertAsync(new ConversionRequest { SourcePath = path, DestinationPath = path + ".raw", OutputFormat = DiskFormat.Raw, SourceFormat = "vhd" }, Token);

        // qemu-img rounds a VHD up to whole cylinders; what is beyond the disk is zeros.
        byte[] content = await File.ReadAllBytesAsync(path + ".raw", Token);
        return Convert.ToHexStringLower(SHA256.HashData(content.AsSpan().TrimEnd((byte)0)));
    }
}
