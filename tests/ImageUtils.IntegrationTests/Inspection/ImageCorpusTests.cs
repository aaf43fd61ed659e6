using System.Globalization;
using System.Text.Json;
using ImageUtils.Formats;
using ImageUtils.IntegrationTests.Support;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.IntegrationTests.Inspection;

/// <summary>Images of public projects and of qemu-img, against what is known of them.</summary>
public class ImageCorpusTests
{
    private const int MetadataBound = 1 << 20;

    /// <summary>Where ours differs on purpose from the index, or from qemu-img 7.2, with the reason.</summary>
    private static readonly Dictionary<string, string> Differences = new(StringComparer.Ordinal)
    {
        ["images/plaso/tsk_volume_system.raw"] = "It has a partition table; the index calls it raw, which it is too.",
        ["images/bang/test-prepend-random-data.iso"] = "128 bytes stand in front of the ISO: no reader finds a volume where it must be, and qemu-img and oslo call it raw.",
        ["images/cryptsetup/compatimage2.img"] = "LUKS2: ours is the size of the content, the index has that of the file, because qemu-img does not know LUKS2.",
        ["images/qemu-iotests/virtualpc-dynamic.vhd"] = "Ours is the footer's size, the index has that of the geometry.",
    };

    /// <summary>Sound images that a default policy refuses, with the check that must refuse them.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["images/cdi/cirros-snapshot1.qcow2"] = CheckNames.BackingFile,
        ["images/cdi/cirros-snapshot2.qcow2"] = CheckNames.BackingFile,
        ["images/glance/testserver.ova"] = CheckNames.Container,
        ["images/glance/testserver-bad-ovf.ova"] = CheckNames.Container,
        ["images/glance/testserver-no-ovf.ova"] = CheckNames.Container,
        ["images/govmomi/ttylinux-pc_i486-16.1.ova"] = CheckNames.Container,
        ["images/forklift/2nd_disk.ova"] = CheckNames.Container,
        ["images/vmdk-rs/twoGbMaxExtentSparse.vmdk"] = CheckNames.Extents,
        ["images/vmdk-forensic/flat.vmdk"] = CheckNames.Extents,
        ["images/vmdk-forensic/mono_flat.vmdk"] = CheckNames.Extents,
        ["gen/g-qed-c4k.qed"] = CheckNames.Banned,
        ["gen/g-qed.qed"] = CheckNames.Banned,
        ["gen/g-vmdk-monolithicFlat.vmdk"] = CheckNames.Extents,
        ["gen/g-vmdk-twoGbMaxExtentSparse.vmdk"] = CheckNames.Extents,
    };

    private static IEnumerable<(string Path, JsonElement Entry, ImageInspection Inspection)> Inspect(InspectionDepth depth = InspectionDepth.Metadata)
    {
        string folder = Corpus.PathOf(string.Empty);
        foreach (JsonElement entry in Corpus.Images())
        {
            string path = entry.GetProperty("path").GetString()!;
            using FileImageReader reader = FileImageReader.Open(Path.Combine(folder, path));
            ImageInspection inspection = new ImageInspector().Inspect(reader, new InspectionRequest { Depth = depth }, TestContext.Current.CancellationToken);
            if (depth == InspectionDepth.Metadata)
            {
                Assert.True(reader.BytesRead < MetadataBound, $"{path}: {reader.BytesRead} bytes were read.");
            }

            yield return (path, entry, inspection);
        }
    }

    private static string Expected(string format) => format.Split(':')[0] switch
    {
        "vpc" => "vhd",
        "qcow1" => "qcow",
        "udf" => "iso",
        "gz" => "gzip",
        "bz2" => "bzip2",
        string other => other,
    };

    private static JsonElement? Info(JsonElement entry) =>
        entry.TryGetProperty("qemu_img_info", out JsonElement info) && info.TryGetProperty("json", out JsonElement json) && json.ValueKind == JsonValueKind.Object ? json : null;

    [Fact]
    public void Every_image_has_the_format_and_the_size_that_the_index_knows()
    {
        List<string> wrong = [];
        foreach ((string path, JsonElement entry, ImageInspection inspection) in Inspect())
        {
            string format = entry.GetProperty("format").GetString()!;
            long? size = entry.TryGetProperty("virtual_size", out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
            size = entry.TryGetProperty("content_by_footer", out JsonElement content) ? content.GetProperty("bytes").GetInt64() : size;
            bool isRight = inspection.Facts.Format.Name == Expected(format) && (size is null || format.Contains(':', StringComparison.Ordinal) || size == inspection.Facts.VirtualSize);
            if (isRight == Differences.ContainsKey(path))
            {
                wrong.Add($"{path}: {format} {size}, found {inspection.Facts.Format} {inspection.Facts.VirtualSize}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData(InspectionDepth.Metadata)]
    [InlineData(InspectionDepth.Full)]
    public void Every_image_that_qemu_opens_passes_unless_a_rule_is_meant_to_refuse_it(InspectionDepth depth)
    {
        List<string> wrong = [];
        foreach ((string path, JsonElement entry, ImageInspection inspection) in Inspect(depth))
        {
            if (Info(entry) is null)
            {
                continue;
            }

            string[] failed = inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => check.Name).ToArray();
            bool isRight = Refused.TryGetValue(path, out string? expected) ? failed.Contains(expected, StringComparer.Ordinal) : failed.Length == 0;
            if (!isRight)
            {
                wrong.Add($"{path}: {string.Join("; ", inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed))}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void The_fields_of_qemu_img_info_are_the_same_in_ours()
    {
        List<string> wrong = [];
        int compared = 0;
        foreach ((string path, JsonElement entry, ImageInspection inspection) in Inspect())
        {
            if (Info(entry) is not JsonElement info || inspection.Facts.Format.QemuName != info.GetProperty("format").GetString() || Differences.ContainsKey(path))
            {
                continue;
            }

            compared++;
            Compare(path, info, inspection.Facts, wrong);
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(compared > 50, $"Only {compared} images were compared.");
    }

    private static void Compare(string path, JsonElement info, ImageFacts facts, List<string> wrong)
    {
        void Same(string field, object? theirs, object? ours)
        {
            if (!Equals(theirs?.ToString(), ours?.ToString()))
            {
                wrong.Add($"{path} {field}: qemu-img {theirs ?? "nothing"}, ours {ours ?? "nothing"}");
            }
        }

        Same("virtual-size", info.GetProperty("virtual-size").GetInt64(), facts.VirtualSize);
        bool isTextVmdk = facts.Format == DiskFormat.Vmdk && facts.ClusterSize is null;
        if (!isTextVmdk)
        {
            Same("cluster-size", info.TryGetProperty("cluster-size", out JsonElement cluster) ? cluster.GetInt64() : null, facts.ClusterSize);
        }

        Same("backing-filename", info.TryGetProperty("backing-filename", out JsonElement backing) ? backing.GetString() : null, facts.BackingFile);
        Same("backing-filename-format", info.TryGetProperty("backing-filename-format", out JsonElement format) ? format.GetString() : null, facts.BackingFormat);
        Same("dirty-flag", info.TryGetProperty("dirty-flag", out JsonElement dirty) && dirty.GetBoolean(), facts.IsDirty);
        Same("encrypted", info.TryGetProperty("encrypted", out JsonElement encrypted) && encrypted.GetBoolean(), facts.IsEncrypted);
        Same("snapshots", info.TryGetProperty("snapshots", out JsonElement snapshots) ? snapshots.GetArrayLength() : 0, facts.Snapshots.Count);
        string theirs = info.TryGetProperty("format-specific", out JsonElement specific) ? Canonical(specific.GetProperty("data"), isTextVmdk) : "{}";
        Same("format-specific", theirs, Canonical(JsonSerializer.SerializeToElement(facts.FormatSpecific), isTextVmdk));
    }

    /// <summary>Sorted by name; file names are left out, and what only another file could tell.</summary>
    private static string Canonical(JsonElement element, bool isTextVmdk) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject()
            .Where(property => property.Name != "filename" && !(isTextVmdk && property.Name == "cluster-size"))
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => property.Name + ":" + Canonical(property.Value, isTextVmdk))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(item => Canonical(item, isTextVmdk))) + "]",
        JsonValueKind.Number => element.GetInt64().ToString(CultureInfo.InvariantCulture),
        _ => element.ToString(),
    };
}
