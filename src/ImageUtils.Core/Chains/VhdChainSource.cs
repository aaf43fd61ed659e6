namespace ImageUtils.Chains;

/// <summary>Where the links of a chain are. Exactly one of the three is given.</summary>
public sealed record VhdChainSource
{
    /// <summary>Full paths of the files.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>The full path of a folder with <c>0.vhd</c> (newest), <c>1.vhd</c>, ….</summary>
    public string? DirectoryPath { get; init; }

    /// <summary>The full path of a XenServer image: tar, packed with gzip or not, of <c>0.vhd</c>, <c>1.vhd</c>, ….</summary>
    public string? ArchivePath { get; init; }

    /// <summary>What the source is called, for a result that is named after it: a file, a folder, or an archive without its <c>.tar.gz</c>.</summary>
    public string Name
    {
        get
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(ArchivePath ?? DirectoryPath ?? Paths.FirstOrDefault(string.Empty)));
            string? packed = Array.Find([".tar.gz", ".tgz", ".tar"], end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase) && name.Length > end.Length);
            return packed is null ? name : name[..^packed.Length] + ".vhd";
        }
    }

    /// <summary>What errors call an archive that is only a temporary file here; null: its path.</summary>
    internal string? ArchiveName { get; init; }

    /// <summary>What errors name.</summary>
    internal string Subject => ArchiveName ?? ArchivePath ?? DirectoryPath ?? Paths[0];

    /// <summary>Refuses a source of none or several kinds.</summary>
    /// <exception cref="ArgumentException">It is one.</exception>
    internal void RequireOne()
    {
        int kinds = (Paths.Count > 0 ? 1 : 0) + (DirectoryPath is null ? 0 : 1) + (ArchivePath is null ? 0 : 1);
        if (kinds != 1)
        {
            throw new ArgumentException("Give either files, or a folder, or an archive.");
        }
    }
}
