using System.Security.Cryptography;
using ImageUtils.Configuration;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Local;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A local image service, an inspector and a converter of straw, in one temporary folder.</summary>
public sealed class TransferWorld : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TransferWorld()
    {
        Options = new ImageUtilsOptions
        {
            ImageConversionDirectory = _folder.File("conversion"),
            LocalImageDirectory = _folder.File("images"),
            BackendName = "@host-lvm",
        };
        Directory.CreateDirectory(Out);
        Service = new StandInService(new LocalImageService(Options.LocalImageDirectory, Log));
    }

    public ImageUtilsOptions Options { get; set; }

    public FakeInspector Inspector { get; } = new();

    public FakeConverter Converter { get; } = new();

    public RecordingLog Log { get; } = new();

    public StandInService Service { get; }

    /// <summary>The folder for results.</summary>
    public string Out => _folder.File("out");

    public OperationContext Context => new() { Options = Options, Processes = new NoProcesses(), Inspector = Inspector, Log = Log };

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public string OutFile(string name) => Path.Combine(Out, name);

    /// <summary>What is left in the folders for results and temporary files.</summary>
    public string[] Leftovers() =>
    [
        .. Directory.GetFileSystemEntries(Out),
        .. Directory.Exists(Options.ImageConversionDirectory) ? Directory.GetFileSystemEntries(Options.ImageConversionDirectory) : [],
    ];

    public async Task<ServiceImage> AddAsync(byte[] content, string diskFormat = "raw", string containerFormat = "bare", int minDisk = 0)
    {
        ServiceImage image = await Service.CreateAsync(new NewServiceImage { DiskFormat = diskFormat, ContainerFormat = containerFormat, MinDisk = minDisk }, Token);
        return await Service.UploadAsync(image.ImageId, new MemoryStream(content), ImageUploadOptions.Default, Token);
    }

    public async Task<List<ServiceImage>> ListAsync()
    {
        var images = new List<ServiceImage>();
        await foreach (ServiceImage image in Service.ListAsync(ImageFilter.All, Token))
        {
            images.Add(image);
        }

        return images;
    }

    public async Task<byte[]> DataOfAsync(string imageId)
    {
        await using Stream data = await Service.OpenDataAsync(imageId, Token);
        using var copy = new MemoryStream();
        await data.CopyToAsync(copy, Token);
        return copy.ToArray();
    }

    public static string Sha512(byte[] content) => Convert.ToHexStringLower(SHA512.HashData(content));

    public void Dispose() => _folder.Dispose();
}
