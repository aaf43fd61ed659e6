using System.Formats.Tar;
using System.IO.Compression;
using ImageUtils.Chains;
using ImageUtils.Configuration;
using ImageUtils.Core.Tests.Support;
using ImageUtils.Operations;
using ImageUtils.Safety;

namespace ImageUtils.Core.Tests.Chains;

/// <summary>A folder with what a merge needs, gone after the test.</summary>
internal sealed class MergeRoom : IDisposable
{
    private readonly Room _folder = new();

    public MergeRoom()
    {
        Directory.CreateDirectory(Links);
        Directory.CreateDirectory(Out);
    }

    public string Links => _folder.File("links");

    public string Out => _folder.File("out");

    public RecordingLog Log { get; } = new();

    public OperationContext Context => new()
    {
        Options = new ImageUtilsOptions { ImageConversionDirectory = _folder.File("conversion"), LocalImageDirectory = _folder.File("images") },
        Processes = new NoProcesses(),
        Inspector = new ImageInspector(),
        Log = Log,
    };

    public string Link(string name) => Path.Combine(Links, name);

    public string Result(string name) => Path.Combine(Out, name);

    /// <summary>What is left in the folders for results and temporary files.</summary>
    public string[] Leftovers() =>
    [
        .. Directory.GetFileSystemEntries(Out),
        .. Directory.Exists(_folder.File("conversion")) ? Directory.GetFileSystemEntries(_folder.File("conversion")) : [],
    ];

    public Task<VhdMergeResult> MergeAsync(VhdMergeRequest request, CancellationToken token = default) =>
        new VhdChainMerger(Context).MergeAsync(request, token == default ? TestContext.Current.CancellationToken : token);

    public Task<VhdMergeResult> MergeFolderAsync(string result, string format = "vhd", string? subformat = null, bool ignoreIds = false) => MergeAsync(new VhdMergeRequest
    {
        Source = new VhdChainSource { DirectoryPath = Links },
        DestinationPath = Result(result),
        OutputFormat = DiskFormat.Parse(format),
        OutputSubformat = subformat,
        IgnoreIdMismatch = ignoreIds,
        Force = true,
    });

    public Task<VhdMergeResult> MergeArchiveAsync(string archive, string result = "merged.raw", string format = "raw", bool ignoreIds = false) => MergeAsync(new VhdMergeRequest
    {
        Source = new VhdChainSource { ArchivePath = archive },
        DestinationPath = Result(result),
        OutputFormat = DiskFormat.Parse(format),
        IgnoreIdMismatch = ignoreIds,
        Force = true,
    });

    public string Pack(IEnumerable<string> paths, bool isPacked = true, Action<TarWriter>? more = null)
    {
        string archive = _folder.File(isPacked ? "image.tar.gz" : "image.tar");
        using FileStream file = File.Create(archive);
        using Stream target = isPacked ? new GZipStream(file, CompressionLevel.Optimal) : file;
        using var tar = new TarWriter(target, TarEntryFormat.Pax);
        foreach (string path in paths)
        {
            tar.WriteEntry(path, Path.GetFileName(path));
        }

        more?.Invoke(tar);
        return archive;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>In memory where that is possible: merges in place flush to the disk many times, which is not what is tested.</summary>
    private sealed class Room : IDisposable
    {
        private readonly string _path = Directory.Exists("/dev/shm")
            ? Directory.CreateDirectory(Path.Combine("/dev/shm", "iu-test-" + Guid.NewGuid().ToString("N"))).FullName
            : Directory.CreateTempSubdirectory("iu-test-").FullName;

        public string File(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
