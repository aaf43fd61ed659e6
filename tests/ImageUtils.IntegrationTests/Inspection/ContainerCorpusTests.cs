using System.Diagnostics;
using System.Text.Json;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Safety;

namespace ImageUtils.IntegrationTests.Inspection;

/// <summary>Wrappers that other programs wrote: real ones, archives of XenServer, and what tar, gzip, zip and xz of this machine make.</summary>
public class ContainerCorpusTests
{
    /// <summary>Chains that only a merge can refuse: every disk and every link of them is in order.</summary>
    private static readonly string[] OnlyByMerge = ["t-no-vhd"];

    private static ImageInspection Judge(string path, InspectionDepth depth) =>
        new ImageInspector().Inspect(path, new InspectionRequest { Depth = depth }, TestContext.Current.CancellationToken);

    [Theory]
    [InlineData(InspectionDepth.Metadata)]
    [InlineData(InspectionDepth.Full)]
    public void An_archive_of_XenServer_passes_where_its_chain_can_be_merged(InspectionDepth depth)
    {
        List<string> wrong = [];
        string folder = Corpus.PathOf("vhd-chains");
        foreach (string chain in Directory.GetDirectories(folder).Where(chain => File.Exists(Path.Combine(chain, "image.tar.gz"))))
        {
            string name = Path.GetFileName(chain);
            using JsonDocument facts = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(chain, "expected.json")));
            string expected = facts.RootElement.GetProperty("expect").GetString()!;
            ImageInspection inspection = Judge(Path.Combine(chain, "image.tar.gz"), depth);
            bool isLarge = new FileInfo(Path.Combine(chain, "image.tar.gz")).Length > 640 * 1024 && depth == InspectionDepth.Metadata;
            bool isRight = expected == "merge" ? inspection.IsAcceptable && inspection.Facts.InnerFormat?.Name == "vhd" : expected == "either" || !inspection.IsAcceptable || isLarge;
            if (isRight == OnlyByMerge.Contains(name, StringComparer.Ordinal))
            {
                wrong.Add($"{name} ({expected}): {string.Join("; ", inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed))}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Real_wrappers_pass_with_the_format_that_is_inside()
    {
        int opened = 0;
        foreach (JsonElement entry in Corpus.Images())
        {
            string[] formats = entry.GetProperty("format").GetString()!.Split(':');
            if (formats is not ["gz" or "zip" or "xz" or "bz2", _])
            {
                continue;
            }

            ImageInspection full = Judge(Corpus.PathOf(entry.GetProperty("path").GetString()!), InspectionDepth.Full);
            Assert.True(full.IsAcceptable, string.Join("; ", full.Checks.Where(check => check.Outcome == CheckOutcome.Failed)));
            Assert.Equal(formats[1], full.Facts.InnerFormat?.Name);
            JsonElement info = entry.GetProperty("unpacked_truth").GetProperty("qemu_img_info").GetProperty("json");

            // qemu-img takes version 2 of LUKS for a raw disk.
            Assert.True(info.ValueKind == JsonValueKind.Null || formats[1] == "luks" || info.GetProperty("virtual-size").GetInt64() == full.Facts.VirtualSize);
            Assert.True(Judge(Corpus.PathOf(entry.GetProperty("path").GetString()!), InspectionDepth.Metadata).IsAcceptable);
            opened++;
        }

        Assert.SkipWhen(opened == 0, "There is no corpus.");
    }

    [Theory]
    [InlineData("gzip", "gzip -k disk.img", "disk.img.gz", "gzip")]
    [InlineData("gzip", "gzip -k -1 disk.img", "disk.img.gz", "gzip")]
    [InlineData("tar", "tar cf a.tar disk.img", "a.tar", "tar")]
    [InlineData("tar", "tar --format=pax -cf a.tar ./disk.img", "a.tar", "tar")]
    [InlineData("tar", "tar --format=v7 -cf a.tar disk.img", "a.tar", "tar")]
    [InlineData("tar", "tar -czf a.tgz disk.img", "a.tgz", "gzip")]
    [InlineData("xz", "xz -k disk.img", "disk.img.xz", "xz")]
    [InlineData("xz", "xz -k -9 --check=sha256 disk.img", "disk.img.xz", "xz")]
    [InlineData("xz", "xz -k --block-size=300000 --check=crc32 disk.img", "disk.img.xz", "xz")]
    [InlineData("xz", "tar -cJf a.txz disk.img", "a.txz", "xz")]
    [InlineData("zstd", "zstd -q disk.img", "disk.img.zst", "zstd")]
    [InlineData("zstd", "zstd -q -19 disk.img", "disk.img.zst", "zstd")]
    [InlineData("zstd", "cat disk.img | zstd -q > disk.img.zst", "disk.img.zst", "zstd")]
    [InlineData("bzip2", "bzip2 -k disk.img", "disk.img.bz2", "bzip2")]
    [InlineData("bzip2", "bzip2 -k -1 disk.img", "disk.img.bz2", "bzip2")]
    [InlineData("python3", "python3 -m zipfile -c a.zip disk.img", "a.zip", "zip")]
    [InlineData("zip", "zip -q a.zip disk.img", "a.zip", "zip")]
    [InlineData("zip", "cat disk.img | zip -q a.zip -", "a.zip", "zip")]
    public void What_the_tools_of_this_machine_write_passes(string tool, string command, string result, string format)
    {
        Assert.SkipUnless(Run($"command -v {tool}", "/"), $"{tool} is not there.");
        using var folder = new TemporaryFolder();
        byte[] disk = new byte[3 << 20];
        new Random(3).NextBytes(disk.AsSpan(1 << 20));
        File.WriteAllBytes(Path.Combine(folder.Path, "disk.img"), disk);
        Assert.True(Run(command, folder.Path), command);
        foreach (InspectionDepth depth in Enum.GetValues<InspectionDepth>())
        {
            ImageInspection inspection = Judge(Path.Combine(folder.Path, result), depth);
            Assert.True(inspection.IsAcceptable, string.Join("; ", inspection.Checks));
            Assert.Equal(format, inspection.Facts.Format.Name);
            Assert.Equal("raw", inspection.Facts.InnerFormat?.Name);
            Assert.True(inspection.Facts.VirtualSize == disk.Length || (depth == InspectionDepth.Metadata && !inspection.Facts.IsVirtualSizeKnown));
        }
    }

    [Fact]
    public void A_file_with_holes_in_an_archive_of_GNU_tar_is_refused()
    {
        using var folder = new TemporaryFolder();
        using (FileStream disk = File.Create(Path.Combine(folder.Path, "disk.img")))
        {
            disk.SetLength(64 << 20);
        }

        foreach (string style in new[] { "gnu", "pax" })
        {
            Assert.SkipUnless(Run($"tar --format={style} -S -cf {style}.tar disk.img", folder.Path), "GNU tar is not there.");
            ImageInspection inspection = Judge(Path.Combine(folder.Path, $"{style}.tar"), InspectionDepth.Metadata);
            Assert.Contains("holes", inspection.Checks.Single(check => check.Name == CheckNames.Container).Reason, StringComparison.Ordinal);
            Assert.False(inspection.IsAcceptable);
        }
    }

    private static bool Run(string command, string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
