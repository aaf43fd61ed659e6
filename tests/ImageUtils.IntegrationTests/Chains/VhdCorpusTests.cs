using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using ImageUtils.Chains;
using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Chains;

/// <summary>Chains that no one here wrote, and their answers.</summary>
public sealed class VhdCorpusTests : IDisposable
{
    private const int Block = 2 << 20;

    /// <summary>The largest disk that is hashed with all its zeros.</summary>
    private const long HashedWhole = 1L << 30;

    private readonly Workshop _shop = new(folder: Directory.CreateTempSubdirectory("iu-vhd-").FullName);

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (string name in Corpus.VhdChains())
        {
            names.Add(name);
        }

        return names;
    }

    public static TheoryData<string> FileNames() => new(Names().Select(row => (string)row.Data).Where(name => !name.StartsWith("t-", StringComparison.Ordinal)));

    public void Dispose() => _shop.Dispose();

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Names))]
    public async Task Chains_in_archives_give_their_answer(string name)
    {
        var source = new VhdChainSource { ArchivePath = Path.Combine(Corpus.PathOf("vhd-chains"), name, "image.tar.gz") };
        await RequireAnswerAsync(name, source, inPlaceOf: null);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(FileNames))]
    public async Task Chains_in_files_give_their_answer(string name)
    {
        string folder = Unpack(name);
        await RequireAnswerAsync(name, new VhdChainSource { DirectoryPath = folder }, folder);
    }

    private static JsonElement Expected(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Corpus.PathOf("vhd-chains"), name, "expected.json"))).RootElement;

    /// <summary>The digest of the corpus for large disks: index and hash of each block of 2 MiB that is not zeros.</summary>
    private static string Digest(VhdDiskReader disk)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[Block];
        byte[] index = new byte[8];
        foreach (long number in disk.Map(0, disk.VirtualSize).Where(extent => extent.Kind == DiskExtentKind.Data).Select(extent => extent.Offset / Block).Distinct().ToArray())
        {
            disk.Read(number * Block, block);
            if (block.AsSpan().ContainsAnyExcept((byte)0))
            {
                System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(index, number);
                hash.AppendData(index);
                hash.AppendData(SHA256.HashData(block));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private string Unpack(string name)
    {
        string folder = Directory.CreateDirectory(_shop.File("files")).FullName;
        using FileStream archive = File.OpenRead(Path.Combine(Corpus.PathOf("vhd-chains"), name, "image.tar.gz"));
        TarFile.ExtractToDirectory(new GZipStream(archive, CompressionMode.Decompress), folder, overwriteFiles: false);
        return folder;
    }

    private async Task RequireAnswerAsync(string name, VhdChainSource source, string? inPlaceOf)
    {
        JsonElement expected = Expected(name);
        string expect = expected.GetProperty("expect").GetString()!;
        string[] before = _shop.Names();
        try
        {
            await MergeAsync(source, "merged.raw", DiskFormat.Raw);
        }
        catch (ImageUtilsException e) when (expect is "reject" or "either")
        {
            Assert.Contains(e.ErrorId, new[] { "VhdCorrupt", "VhdChainBroken", "ArchiveUnsafe" });
            Assert.Equal(before, _shop.Names());
            return;
        }

        Assert.NotEqual("reject", expect);
        RequireContent(expected, _shop.File("merged.raw"));
        File.Delete(_shop.File("merged.raw"));
        await MergeAsync(source, "merged.vhd", DiskFormat.Vhd);
        await RequireVhdAsync(expected, _shop.File("merged.vhd"));
        if (inPlaceOf is not null)
        {
            VhdMergeResult result = await new VhdChainMerger(_shop.Context).MergeAsync(new VhdMergeRequest { Source = source, InPlace = true }, TestContext.Current.CancellationToken);
            await RequireVhdAsync(expected, result.Path, isCreatorOurs: result.ChainLength > 1);
        }
    }

    private async Task RequireVhdAsync(JsonElement expected, string vhd, bool isCreatorOurs = true)
    {
        if (expected.GetProperty("virtual_size").GetInt64() > HashedWhole)
        {
            // Reading all of its zeros would take minutes.
            using VhdDiskReader disk = VhdDiskReader.Open(vhd);
            Assert.Equal(expected.GetProperty("sha256_nonzero_blocks").GetString(), Digest(disk));
            return;
        }

        Workshop.RequireQemuImg();

        // Without a word on sizes: a merged disk has the same one for every reader.
        string raw = _shop.File("read.raw");
        string source = isCreatorOurs ? vhd : "driver=vpc,force_size_calc=current_size,file.filename=" + vhd;
        var result = await _shop.RunAsync("qemu-img", isCreatorOurs ? ["convert", "-f", "vpc", "-O", "raw", source, raw] : ["convert", "--image-opts", "-O", "raw", source, raw]);
        Assert.True(result.ExitCode == 0, result.StandardError);
        RequireContent(expected, raw);
        File.Delete(raw);
    }

    private static void RequireContent(JsonElement expected, string path)
    {
        using FileStream raw = File.OpenRead(path);
        Assert.Equal(expected.GetProperty("virtual_size").GetInt64(), raw.Length);
        if (raw.Length <= HashedWhole)
        {
            Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(raw)));
        }
    }

    private Task<VhdMergeResult> MergeAsync(VhdChainSource source, string name, DiskFormat format) => new VhdChainMerger(_shop.Context).MergeAsync(
        new VhdMergeRequest { Source = source, DestinationPath = _shop.File(name), OutputFormat = format },
        TestContext.Current.CancellationToken);
}
