using System.Text.Json;
using ImageUtils.Core.Tests.Support;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>The images beside the repository that no one here wrote; tests are skipped where they are not there.</summary>
internal static class Corpus
{
    private static readonly string? Folder = CorpusFolder.Find();

    /// <summary>Gives the full path of a file; skips the test where there is no corpus.</summary>
    public static string PathOf(string name)
    {
        Assert.SkipWhen(Folder is null, "The corpus is not there (../shared/corpus, or IMAGEUTILS_CORPUS).");
        return Path.Combine(Folder, name);
    }

    /// <summary>Reads the facts about the images; empty where there is no corpus.</summary>
    public static IReadOnlyList<JsonElement> Images() => Read("index.json", "images");

    /// <summary>Reads the hostile names; empty where there is no corpus.</summary>
    public static IReadOnlyList<JsonElement> HostileNames() => Read(Path.Combine("hostile", "expected.json"), "names");

    /// <summary>Reads the hostile files and what is expected of them; empty where there is no corpus.</summary>
    public static IReadOnlyList<JsonElement> HostileFiles() => Read(Path.Combine("hostile", "expected.json"), "files");

    /// <summary>The names of the chains of VHDs; empty where there is no corpus.</summary>
    public static IReadOnlyList<string> VhdChains()
    {
        string folder = Folder is null ? string.Empty : Path.Combine(Folder, "vhd-chains");
        return Directory.Exists(folder) ? [.. Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)] : [];
    }

    private static JsonElement[] Read(string name, string member) =>
        Folder is null ? [] : JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name))).RootElement.GetProperty(member).EnumerateArray().ToArray();
}
