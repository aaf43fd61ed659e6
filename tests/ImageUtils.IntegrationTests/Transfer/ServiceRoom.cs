using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Local;
using ImageUtils.Transfer;

namespace ImageUtils.IntegrationTests.Transfer;

/// <summary>A local image service with the real inspector, converter and programs, in a folder that is gone after the test.</summary>
internal sealed class ServiceRoom : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("iu-transfer-").FullName;
    private readonly List<string> _mounts = [];

    public ServiceRoom()
    {
        Options = new ImageUtilsOptions { ImageConversionDirectory = File("conversion"), LocalImageDirectory = File("images") };
        Service = new LocalImageService(Options.LocalImageDirectory, Log);
        Directory.CreateDirectory(File("out"));
    }

    public ImageUtilsOptions Options { get; set; }

    public IImageService Service { get; set; }

    public RecordingLog Log { get; } = new();

    public OperationContext Context => OperationContext.Create(Options, Log, progress: null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static string Sha256(string path)
    {
        using FileStream stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Runs a native program for the test's own ends; false where it is not there or says no.</summary>
    public static bool TryRun(string program, params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    public string File(string name) => Path.Combine(_folder, name);

    public string Out(string name) => Path.Combine(_folder, "out", name);

    /// <summary>What is left in the folders for results and temporary files.</summary>
    public string[] Leftovers() =>
    [
        .. Directory.GetFileSystemEntries(File("out")),
        .. Directory.Exists(Options.ImageConversionDirectory) ? Directory.GetFileSystemEntries(Options.ImageConversionDirectory) : [],
    ];

    /// <summary>A folder on a file system of its own that holds very little.</summary>
    public string SmallDisk(string name, string size)
    {
        string path = File(name);
        Directory.CreateDirectory(path);
        Assert.SkipUnless(OperatingSystem.IsLinux() && TryRun("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path), "Needs the right to mount a tmpfs.");
        _mounts.Add(path);
        return path;
    }

    public async Task<ServiceImage> RegisterAsync(string path, string diskFormat, string containerFormat = "bare")
    {
        ServiceImage image = await Service.CreateAsync(new NewServiceImage { Name = Path.GetFileName(path), DiskFormat = diskFormat, ContainerFormat = containerFormat }, Token);
        await using FileStream data = System.IO.File.OpenRead(path);
        return await Service.UploadAsync(image.ImageId, data, new ImageUploadOptions { Size = data.Length }, Token);
    }

    public Task<ImageFetchResult> FetchAsync(string imageId, string destination, bool force = false) =>
        new ImageFetcher(Context, Service).FetchAsync(new FetchRequest { ImageId = imageId, DestinationPath = destination, Force = force }, Token);

    public Task<ImageConversionResult> FetchVolumeAsync(string imageId, string destination, string format = "raw") =>
        new VolumeFetcher(Context, Service, new ImageConverter(Context)).FetchAsync(
            new VolumeFetchRequest { ImageId = imageId, DestinationPath = destination, OutputFormat = DiskFormat.Parse(format) }, Token);

    public Task<ImagePublishResult> PublishAsync(string path, string diskFormat, string volumeFormat = "raw", string containerFormat = "bare") =>
        new ImagePublisher(Context, Service, new ImageConverter(Context)).PublishAsync(
            new PublishRequest
            {
                SourcePath = path,
                VolumeFormat = DiskFormat.Parse(volumeFormat),
                NewImage = new NewServiceImage { Name = "published", DiskFormat = diskFormat, ContainerFormat = containerFormat },
            },
            Token);

    public void Dispose()
    {
        foreach (string mount in _mounts)
        {
            TryRun("umount", mount);
        }

        Directory.Delete(_folder, recursive: true);
    }
}
