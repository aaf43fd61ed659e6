using System.Text.Json;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>The folder of images that no one here wrote, beside the repository; tests are skipped where it is absent.</summary>
public static class CorpusFolder
{
    private const string Variable = "IMAGEUTILS_CORPUS";

    public static string Require()
    {
        string path = Find();
        Assert.SkipUnless(Directory.Exists(path), $"The corpus is not at {path}; set {Variable} to where it is.");
        return path;
    }

    public static JsonDocument Read(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Require(), name)));

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return given;
        }

        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ImageUtils.PowerShell.sln")))
        {
            folder = folder.Parent;
        }

        return Path.GetFullPath(Path.Combine(folder?.FullName ?? AppContext.BaseDirectory, "..", "shared", "corpus"));
    }
}
