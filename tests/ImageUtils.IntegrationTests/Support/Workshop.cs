using System.Security.Cryptography;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Operations;
using ImageUtils.Processes;
using ImageUtils.Qemu;
using ImageUtils.Safety;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>A folder with everything a conversion needs, gone after the test.</summary>
internal sealed class Workshop : IDisposable
{
    public Workshop(string? searchPath = null, string? folder = null)
    {
        Folder = folder ?? Directory.CreateTempSubdirectory("iu-test-").FullName;
        Context = new OperationContext
        {
            Options = new ImageUtilsOptions { ImageConversionDirectory = Folder, LocalImageDirectory = Folder },
            Processes = new MedallionProcessRunner(Log, ["sudo", "-n"], PlatformFacts.Current(searchPath)),
            Inspector = new ImageInspector(),
            Log = Log,
            Progress = Progress,
        };
    }

    public string Folder { get; }

    public RecordingLog Log { get; } = new();

    public RecordingProgress Progress { get; } = new();

    public OperationContext Context { get; }

    public IImageConverter Converter => new PatientConverter(Context);

    public QemuImg QemuImg => new(Context);

    public static void RequireQemuImg() =>
        Assert.SkipWhen(new MedallionProcessRunner(SilentLog.Instance, []).Find("qemu-img") is null, "qemu-img is not installed.");

    public static string Sha256(string path)
    {
        using FileStream stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    public string File(string name) => Path.Combine(Folder, name);

    public string[] Names() => Directory.GetFileSystemEntries(Folder).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal).ToArray();

    public ConversionRequest Request(string source, string destination, string format) => new()
    {
        SourcePath = Path.Combine(Folder, source),
        DestinationPath = Path.Combine(Folder, destination),
        OutputFormat = DiskFormat.Parse(format),
    };

    /// <summary>A disk with data here and there, holes between.</summary>
    public string MakeDisk(string name, long length)
    {
        using FileStream stream = System.IO.File.Create(File(name));
        stream.SetLength(length);
        byte[] block = new byte[64 << 10];
        var random = new Random(42);
        for (long position = 512; position + block.Length < length; position += Math.Max(length / 5, block.Length))
        {
            random.NextBytes(block);
            stream.Position = position;
            stream.Write(block);
        }

        return File(name);
    }

    /// <summary>Runs a native program for the test's own ends.</summary>
    public async Task<ProcessResult> RunAsync(string fileName, params string[] words) =>
        await new MedallionProcessRunner(SilentLog.Instance, []).RunAsync(new ProcessRequest { FileName = fileName, Arguments = words }, TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
