using System.Text.Json;
using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>Real images become raw disks with the content that is known.</summary>
public sealed class CorpusConversionTests
{
    private static readonly string[] Formats = ["raw", "qcow2", "vmdk", "vpc", "vdi"];

    /// <summary>What oslo's inspector lets pass and ours does not: packed images, and disks in several files.</summary>
    private static readonly string[] Refused =
    [
        "images/glance/testserver.ova",
        "images/glance/testserver-bad-ovf.ova",
        "images/glance/testserver-no-ovf.ova",
        "images/govmomi/ttylinux-pc_i486-16.1.ova",
        "images/forklift/2nd_disk.ova",
        "gen/g-vmdk-monolithicFlat.vmdk",
        "gen/g-vmdk-twoGbMaxExtentSparse.vmdk",
    ];

    public static TheoryData<string> RefusedImages() => new(Refused);

    public static TheoryData<string, string> Images()
    {
        var rows = new TheoryData<string, string>();
        foreach (JsonElement image in Corpus.Images())
        {
            if (ExpectedHash(image) is { } hash && IsSafe(image))
            {
                rows.Add(image.GetProperty("path").GetString()!, hash);
            }
        }

        if (rows.Count == 0)
        {
            rows.Add("index.json", string.Empty);
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task An_image_becomes_the_raw_disk_it_holds(string name, string sha256)
    {
        Workshop.RequireQemuImg();
        using var workshop = new Workshop();
        ConversionRequest request = workshop.Request(Corpus.PathOf(name), "disk.raw", "raw");
        ImageConversionResult result = await workshop.Converter.ConvertAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(sha256, Workshop.Sha256(result.Path));
        Assert.Equal(new FileInfo(result.Path).Length, result.VirtualSize);
        Assert.Equal(["disk.raw"], workshop.Names());
        Assert.Empty(workshop.Log.Warnings);
    }

    [Theory]
    [MemberData(nameof(RefusedImages))]
    public async Task What_is_no_disk_in_one_file_is_refused_and_leaves_nothing(string name)
    {
        using var workshop = new Workshop();
        ConversionRequest request = workshop.Request(Corpus.PathOf(name), "disk.raw", "raw");
        await Assert.ThrowsAsync<ImageUnacceptableException>(() => workshop.Converter.ConvertAsync(request, TestContext.Current.CancellationToken));
        Assert.Empty(workshop.Names());
        Assert.Empty(workshop.Log.VerboseLines);
    }

    /// <summary>The content by the footer counts where it is given: qemu-img 7.2 cuts some fixed VHDs to their geometry.</summary>
    private static string? ExpectedHash(JsonElement image)
    {
        bool isKnown = image.TryGetProperty("content_by_footer", out JsonElement content)
            || (image.TryGetProperty("content", out content)
                && content.TryGetProperty("read_as", out JsonElement format)
                && Formats.Contains(format.GetString(), StringComparer.Ordinal));
        return isKnown && content.TryGetProperty("sha256", out JsonElement hash) ? hash.GetString() : null;
    }

    /// <summary>What oslo's inspector lets pass; encrypted content is no raw disk.</summary>
    private static bool IsSafe(JsonElement image) =>
        image.GetProperty("oslo").TryGetProperty("safety", out JsonElement safety)
        && safety.GetString() == "pass"
        && !image.GetProperty("path").GetString()!.Contains("luks", StringComparison.Ordinal)
        && !Refused.Contains(image.GetProperty("path").GetString(), StringComparer.Ordinal);
}
