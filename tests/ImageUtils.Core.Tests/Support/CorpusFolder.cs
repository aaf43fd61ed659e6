namespace ImageUtils.Core.Tests.Support;

/// <summary>The folder of images beside the repository, where it is there.</summary>
public static class CorpusFolder
{
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("IMAGEUTILS_CORPUS") is { Length: > 0 } given)
        {
            return Directory.Exists(given) ? given : null;
        }

        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ImageUtils.PowerShell.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        string? corpus = folder is null ? null : Path.GetFullPath(Path.Combine(folder, "..", "shared", "corpus"));
        return Directory.Exists(corpus) ? corpus : null;
    }
}
