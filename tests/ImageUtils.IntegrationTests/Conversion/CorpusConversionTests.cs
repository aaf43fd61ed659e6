using System.Text.Json;
using ImageUtils.Conversion;
using ImageUtils.IntegrationTests.Support;

namespace ImageUtils.IntegrationTests.Conversion;

/// <summary>Real images become raw disks with the content that is known.</summary>
public sealed class CorpusConversionTests
{
    private static readonly string[] Formats = ["raw", "qcow2", "vmdk", "vpc", "vdi"];

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

    private static string? ExpectedHash(JsonElement image)
    {
        JsonElement content = image.TryGetProperty("content_by_footer", out JsonElement byFooter)
            ? byFooter
            : image.TryGetProperty("content", out JsonElement whole) && Formats.Contains(whole.GetProperty("read_as").GetString(), StringComparer.Ordinal) ? whole : default;
        return content.ValueKind == JsonValueKind.Object && content.TryGetProperty("sha256", out JsonElement hash) ? hash.GetString() : null;
    }

    /// <summary>What oslo's inspector lets pass; encrypted content is no raw disk.</summary>
    private static bool IsSafe(JsonElement image) =>
        image.GetProperty("oslo").TryGetProperty("safety", out JsonElement safety)
        && safety.GetString() == "pass"
        && !image.GetProperty("path").GetString()!.Contains("luks", StringComparison.Ordinal);
}
